import type { MemoryWaiter } from '../accumulator/buffer-memory.js';
import type { ProducerBatch, Settlement } from '../accumulator/producer-batch.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import { Fifo } from '../support/fifo.js';
import type { Flush } from './flush.js';

/** Why the head of a line does not move. */
export type BlockedBy = 'serializer' | 'metadata' | 'memory';

/** A record that could not go into a batch at once, in the line of its topic. */
export class WaitingRecord {
  /** `undefined` while a serializer is at work, and while so much is waiting that the record is kept as the caller gave it. */
  serialized: SerializedRecord | undefined;
  isSerializing = false;
  serializationError: Error | undefined;
  /** Bytes this record counts for among what is serialised ahead. */
  aheadBytes = 0;
  /** It went into a batch, was refused or taken out. */
  hasLeft = false;
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
    if (this.hasLeft) return;
    flush.expect();
    this.flushes.push(flush);
  }
}

/** Keeps the place of records that are still being serialised as a whole: whoever comes later stands behind them. */
export class Placeholder {
  /** The records are there, or nobody will come any more. */
  isFilled = false;
  readonly #records = new Fifo<WaitingRecord>();
  readonly #flushes: Flush[] = [];

  constructor(
    /** Told when the line is given up before the records were there. */
    readonly abandon: (error: Error) => void,
  ) {}

  /** The first of its records that waits. */
  get next(): WaitingRecord | undefined {
    while (this.#records.peek()?.hasLeft === true) this.#records.shift();
    return this.#records.peek();
  }

  /** Records that are known and still waiting. */
  get length(): number {
    let count = 0;
    for (const record of this.#records) if (!record.hasLeft) count++;
    return count;
  }

  fill(records: readonly WaitingRecord[]): void {
    this.isFilled = true;
    for (const record of records) this.#records.push(record);
    for (const flush of this.#flushes) {
      for (const record of records) record.joinFlush(flush);
      flush.batchSettled(); // the placeholder itself
    }
  }

  joinFlush(flush: Flush): void {
    if (this.isFilled) {
      for (const record of this.#records) record.joinFlush(flush);
    } else {
      flush.expect();
      this.#flushes.push(flush);
    }
  }
}
