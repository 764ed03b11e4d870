import type { SerializedRecord } from '../record/serialized-record.js';
import type { Flush } from './flush.js';
import { TopicLine, type LineContext } from './topic-line.js';
import { Placeholder, WaitingRecord } from './waiting-record.js';

/**
 * Most bytes that are serialised ahead of their turn. Beyond it records wait as the caller gave them, or a stalled broker would turn every payload an
 * application offers into bytes of ours.
 */
const MAX_BACKLOG_BYTES = 8 * 1024 * 1024;

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
    else if (this.#context.backlog.bytes < MAX_BACKLOG_BYTES) line.serialize(record);
    line.advance();
  }

  /** Keeps a place in the line until `fill()`. */
  hold(topic: string): Placeholder {
    const placeholder = new Placeholder();
    this.#line(topic).push(placeholder);
    return placeholder;
  }

  fill(topic: string, placeholder: Placeholder, records: readonly WaitingRecord[]): void {
    placeholder.fill(records);
    this.#lines.get(topic)?.advance();
  }

  /** @returns false when the record is in a batch already */
  withdraw(topic: string, record: WaitingRecord): boolean {
    return this.#lines.get(topic)?.withdraw(record) ?? false;
  }

  /** Everything that waits now belongs to the flush. */
  expect(flush: Flush): void {
    for (const line of this.#lines.values()) {
      for (const item of line) item.joinFlush(flush);
    }
  }

  refuseAll(error: (topic: string) => Error): void {
    for (const [topic, line] of Array.from(this.#lines)) line.refuseAll(error(topic));
  }

  #line(topic: string): TopicLine {
    let line = this.#lines.get(topic);
    if (line === undefined) {
      line = new TopicLine(topic, this.#context, () => this.#lines.delete(topic));
      this.#lines.set(topic, line);
    }
    return line;
  }
}
