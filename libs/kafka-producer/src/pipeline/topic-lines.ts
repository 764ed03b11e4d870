import { ClusterUnavailableError } from '../cluster/cluster.errors.js';
import type { TopicMetadata } from '../cluster/cluster.js';
import { BufferExhaustedError } from '../errors/delivery.errors.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import { DeferredRecord } from '../serialization/deferred-record.js';
import type { LateRecord } from '../serialization/late-record.js';
import type { Flush } from './flush.js';
import type { LineContext } from './line-context.js';
import { Placeholder, type WaitingRecords } from './placeholder.js';
import { TopicLine } from './topic-line.js';
import type { WaitingRecord } from './waiting-record.js';

/** The lines that exist now: one per topic for which something has to wait. */
export class TopicLines {
  readonly #lines = new Map<string, TopicLine>();
  readonly #context: LineContext;
  /** Whoever joins a line takes the next turn. */
  #turns = 0;

  constructor(context: LineContext) {
    this.#context = context;
  }

  /** Those of kept places included. */
  get waitingRecords(): number {
    let count = 0;
    for (const line of this.#lines.values()) count += line.length;
    return count;
  }

  /** Since when the oldest of all waits; `Infinity` when nobody does. */
  get oldestSinceMs(): number {
    let oldestMs = Infinity;
    for (const line of this.#lines.values()) oldestMs = Math.min(oldestMs, line.oldestSinceMs);
    return oldestMs;
  }

  /** Is somebody waiting whom a record of this topic must not overtake? */
  isWaiting(topic: string): boolean {
    return this.#lines.size > 0 && this.#lines.has(topic);
  }

  /** False: a record that has to wait should be deferred. */
  get maySerializeAhead(): boolean {
    return this.#context.ahead.hasRoom;
  }

  /** @param source where its bytes are, or will come from */
  join(record: WaitingRecord, source: SerializedRecord | LateRecord | DeferredRecord): void {
    record.turn = ++this.#turns;
    if (source instanceof DeferredRecord) record.deferred = source;
    const line = this.#line(record.topic);
    line.push(record);
    if (!(source instanceof DeferredRecord)) this.#context.ahead.adopt(record, source, line.lateIsDone);
    line.advance();
  }

  /**
   * Keeps a place in the line until `fill()` or `giveUp()`.
   *
   * @param count how many records will come
   * @param abandon told when nothing can come of the place any more
   */
  hold(topic: string, count: number, abandon: (error: Error) => void): Placeholder {
    const placeholder = new Placeholder(count, this.#context.clock.now(), abandon);
    placeholder.turn = ++this.#turns;
    this.#line(topic).hold(placeholder);
    return placeholder;
  }

  fill(topic: string, placeholder: Placeholder, records: WaitingRecords): void {
    this.#lines.get(topic)?.fill(placeholder, records);
  }

  giveUp(topic: string, placeholder: Placeholder): void {
    this.#lines.get(topic)?.giveUp(placeholder);
  }

  /** @returns false when the record is in a batch already */
  withdraw(record: WaitingRecord): boolean {
    return this.#lines.get(record.topic)?.withdraw(record) ?? false;
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
