import type { MemoryWaiter } from '../accumulator/buffer-memory.js';
import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { Rejecter, Settler } from '../accumulator/record-settler.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { Flush } from './flush.js';

/** Why the head of a line does not move. */
export type BlockedBy = 'serializer' | 'metadata' | 'memory';

/** A record that could not go into a batch at once, in the line of its topic. */
export class WaitingRecord {
  /** As the caller gave it, until its bytes are there: no payload is kept twice. */
  #record: ProducerRecord | undefined;
  #serialized: SerializedRecord | undefined;
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
    record: ProducerRecord,
    /** `maxBlockMs` after the call. */
    readonly deadlineMs: number,
    /** Who is told once the record is in a batch. */
    readonly settler: Settler,
    readonly rejecter: Rejecter,
    /** Who is told when it never gets there; for `send()` the rejecter. */
    readonly refuse: (error: unknown) => void,
    /** Called when the record has its place in a batch. */
    readonly accepted: ((batch: ProducerBatch) => void) | undefined,
  ) {
    this.#record = record;
  }

  /** For the serializer; not to be asked once the record is serialised. */
  get record(): ProducerRecord {
    return this.#record!;
  }

  /** `undefined` while a serializer is at work, and while so much is waiting that the record is kept as the caller gave it. */
  get serialized(): SerializedRecord | undefined {
    return this.#serialized;
  }

  becomeSerialized(serialized: SerializedRecord): void {
    this.#serialized = serialized;
    this.#record = undefined;
  }

  joinFlush(flush: Flush): void {
    if (this.hasLeft) return;
    flush.expect();
    this.flushes.push(flush);
  }
}

/** Where the records of a kept place come from: made one by one as their turn comes, for there may be a great many. */
export interface WaitingRecords {
  readonly count: number;
  make(index: number): WaitingRecord;
}

/** Keeps the place of records that are still being serialised as a whole: whoever comes later stands behind them. */
export class Placeholder {
  /** `undefined` until they are there. */
  #records: WaitingRecords | undefined;
  /** How many were made. */
  #made = 0;
  #current: WaitingRecord | undefined;
  readonly #flushes: Flush[] = [];

  constructor(
    /** Told when the line is given up before the records were there. */
    readonly abandon: (error: Error) => void,
  ) {}

  /** The records are there, or nobody will come any more. */
  get isFilled(): boolean {
    return this.#records !== undefined;
  }

  /** The first of its records that waits. */
  get next(): WaitingRecord | undefined {
    const records = this.#records;
    if (records === undefined) return undefined;
    if (this.#current?.hasLeft === true) this.#current = undefined;
    if (this.#current === undefined && this.#made < records.count) {
      this.#current = records.make(this.#made++);
      this.#current.flushes.push(...this.#flushes);
    }
    return this.#current;
  }

  /** Records that are known and still waiting. */
  get length(): number {
    if (this.#records === undefined) return 0;
    return this.#records.count - this.#made + (this.#current?.hasLeft === false ? 1 : 0);
  }

  fill(records: WaitingRecords): void {
    this.#records = records;
    for (const flush of this.#flushes) {
      flush.expect(records.count);
      flush.batchSettled(); // the placeholder itself
    }
  }

  joinFlush(flush: Flush): void {
    flush.expect(this.isFilled ? this.length : 1);
    if (this.#current?.hasLeft === false) this.#current.flushes.push(flush);
    this.#flushes.push(flush);
  }
}

/** Nobody comes to the place. */
export const NO_RECORDS: WaitingRecords = {
  count: 0,
  make: () => {
    throw new RangeError('There are no records');
  },
};
