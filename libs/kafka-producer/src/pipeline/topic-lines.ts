import { ClusterUnavailableError } from '../cluster/cluster.errors.js';
import type { TopicMetadata } from '../cluster/cluster.js';
import { BufferExhaustedError } from '../errors/delivery.errors.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { Flush } from './flush.js';
import { TopicLine, type LineContext } from './topic-line.js';
import { Placeholder, type WaitingRecord, type WaitingRecords } from './waiting-record.js';

/** The lines that exist now: one per topic for which something has to wait. */
export class TopicLines {
  readonly #lines = new Map<string, TopicLine>();
  readonly #context: LineContext;

  constructor(context: LineContext) {
    this.#context = context;
  }

  get waitingRecords(): number {
    let count = 0;
    for (const line of this.#lines.values()) count += line.length;
    return count;
  }

  /** Is somebody waiting whom a record of this topic must not overtake? */
  isWaiting(topic: string): boolean {
    return this.#lines.size > 0 && this.#lines.has(topic);
  }

  /** @param serialized what the serializer has returned, if it was asked already */
  join(topic: string, record: WaitingRecord, serialized?: SerializedRecord | Promise<SerializedRecord>): void {
    const line = this.#line(topic);
    line.push(record);
    if (serialized !== undefined) line.adopt(record, serialized);
    else if (this.#context.ahead.hasRoom) line.serialize(record);
    line.advance();
  }

  /** Keeps a place in the line until `fill()`. @param abandon told when nothing can come of the place any more */
  hold(topic: string, abandon: (error: Error) => void): Placeholder {
    const placeholder = new Placeholder(abandon);
    this.#line(topic).push(placeholder);
    return placeholder;
  }

  fill(topic: string, placeholder: Placeholder, records: WaitingRecords): void {
    placeholder.fill(records);
    this.#lines.get(topic)?.advance();
  }

  /** @returns false when the record is in a batch already */
  withdraw(topic: string, record: WaitingRecord): boolean {
    return this.#lines.get(topic)?.withdraw(record) ?? false;
  }

  /** For a caller who wants to know a topic without sending to it. @throws as a record would that waited for it */
  async loadTopic(topic: string): Promise<TopicMetadata> {
    const { cluster, maxBlockMs, memory } = this.#context;
    try {
      return await cluster.loadTopic(topic, maxBlockMs);
    } catch (cause) {
      if (!(cause instanceof ClusterUnavailableError)) throw cause;
      const bufferMemoryBytes = memory.totalBytes;
      throw new BufferExhaustedError({
        topic,
        sizeBytes: 0,
        bufferMemoryBytes,
        maxBlockMs,
        waitedFor: 'metadata',
        cause,
      });
    }
  }

  /** Everything that waits now belongs to the flush. */
  expect(flush: Flush): void {
    for (const line of this.#lines.values()) {
      for (const item of line) item.joinFlush(flush);
    }
  }

  /** Gives up every line. */
  abandonAll(error: (topic: string) => Error): void {
    for (const [topic, line] of Array.from(this.#lines)) line.abandon(error(topic));
  }

  #line(topic: string): TopicLine {
    let line = this.#lines.get(topic);
    if (line === undefined) {
      const created = new TopicLine(topic, this.#context, () => {
        // A line that is over may still hear of something it waited for, when its topic has another one.
        if (this.#lines.get(topic) === created) this.#lines.delete(topic);
      });
      this.#lines.set(topic, (line = created));
    }
    return line;
  }
}
