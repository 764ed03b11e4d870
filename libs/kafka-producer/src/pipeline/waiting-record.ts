import type { MemoryWaiter } from '../accumulator/buffer-memory.js';
import type { ProducerBatch, Settlement } from '../accumulator/producer-batch.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { Flush } from './flush.js';

/** Why the head of a line does not move. */
export type BlockedBy = 'serializer' | 'metadata' | 'memory';

/** A record that could not go into a batch at once, in the line of its topic. */
export class WaitingRecord {
  /** `undefined` while a serializer is at work, and while so much is waiting that the record is kept as the caller gave it. */
  serialized: SerializedRecord | undefined;
  isSerializing = false;
  serializationError: Error | undefined;
  /** Bytes this record counts for among what is serialised and still waiting. */
  backlogBytes = 0;
  /** The bytes are reserved in the buffer memory. */
  hasMemory = false;
  memoryWaiter: MemoryWaiter | undefined;
  /** Flushes that began while this record was waiting. */
  readonly flushes: Flush[] = [];

  constructor(
    readonly record: ProducerRecord,
    /** `maxBlockMs` after the call. */
    readonly deadlineMs: number,
    /** Who is told once the record is in a batch. */
    readonly settlement: Settlement,
    /** Who is told when it never gets there; of the same caller as the settlement for `send()`. */
    readonly refuse: (error: unknown) => void,
    /** Called when the record has its place in a batch. */
    readonly accepted: ((batch: ProducerBatch) => void) | undefined,
  ) {}

  joinFlush(flush: Flush): void {
    flush.expect();
    this.flushes.push(flush);
  }
}

/** Keeps the place of records that are still being serialised as a whole: whoever comes later stands behind them. */
export class Placeholder {
  /** `undefined` until they are all there. */
  records: readonly WaitingRecord[] | undefined;
  /** How many of `records` have been let in. */
  cursor = 0;
  readonly #flushes: Flush[] = [];

  get next(): WaitingRecord | undefined {
    return this.records?.[this.cursor];
  }

  /** Records that are known and still waiting. */
  get length(): number {
    return this.records === undefined ? 0 : this.records.length - this.cursor;
  }

  fill(records: readonly WaitingRecord[]): void {
    this.records = records;
    for (const flush of this.#flushes) {
      for (const record of records) record.joinFlush(flush);
      flush.batchSettled(); // the placeholder itself
    }
  }

  joinFlush(flush: Flush): void {
    if (this.records === undefined) {
      flush.expect();
      this.#flushes.push(flush);
    } else {
      for (let i = this.cursor; i < this.records.length; i++) this.records[i]!.joinFlush(flush);
    }
  }
}
