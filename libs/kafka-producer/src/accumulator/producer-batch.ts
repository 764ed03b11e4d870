import { RecordBatchBuilder, type SizedRecord } from 'kafka-wire';

import type { RecordMetadata } from '../record/record-metadata.js';
import type { BatchStamp } from './batch-stamp.js';
import { transition, type BatchState } from './batch-state.js';
import type { RecordSettler, Rejecter, Settler } from './record-settler.js';

/** Waits for batches to be settled, one way or the other. */
export interface BatchWatcher {
  /** The watched batch has been divided: this one is a part of it. */
  alsoWaitFor(batch: ProducerBatch): void;
  batchSettled(): void;
}

/**
 * Records of one partition that travel together.
 *
 * Two parts: the *body* (the encoded records), made once when the batch is sealed, and the *stamp*, written when it is sent. Settlers are kept in
 * columns rather than in an object or closure per record.
 */
export class ProducerBatch {
  /** Changed only through `become()`. */
  #state: BatchState = 'open';
  #builder: RecordBatchBuilder | undefined;
  #encoded: Buffer | undefined;
  /** Whose buffer `#encoded` is a part of, when the records are not compressed. */
  #encodedIn: RecordBatchBuilder | undefined;
  readonly #settlers: Settler[] = [];
  readonly #rejecters: Rejecter[] = [];
  readonly #timestamps: number[] = [];
  readonly #watchers: BatchWatcher[] = [];
  /** Places of records that were taken out and are still among the bytes. */
  readonly #withdrawn = new Set<number>();

  /** How far it is from this batch's ordinal to the next one's: the parts of a batch that is split share it, and theirs in turn. */
  #ordinalSpan = 1;

  /** By how much the last record made it larger, before compression; the first one brings the header. */
  lastGrowthBytes = 0;
  /** Capacity beyond its records, as counted in `SpareCapacity`, which alone changes it. */
  spareBytes = 0;
  /** Bytes held in the buffer memory for this batch; shrinks when compression ends. */
  reservedBytes = 0;
  /** Somebody flushes, or the producer is closing: do not linger. */
  isUrgent = false;
  stamp: BatchStamp | undefined;
  /** Requests this batch has been part of. */
  attempts = 0;
  /** Sticky: some attempt may be in the log although nobody told us. Set by a lost answer and by errors that come after the append. */
  maybeAppended = false;
  /** Not to be sent again before this moment of the clock. */
  retryAtMs = 0;
  /** Why the last attempt failed, for the error that ends it. */
  lastError: string | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
    /** Its number among the batches of its partition: the order in which they must reach the log. */
    readonly ordinal: number,
    /** When its first record was appended: the delivery clock starts here. */
    readonly createdAtMs: number,
    builder: RecordBatchBuilder,
  ) {
    this.#builder = builder;
  }

  get state(): BatchState {
    return this.#state;
  }

  get recordCount(): number {
    return this.#timestamps.length - this.#withdrawn.size;
  }

  /** Bytes of the batch: what it would be uncompressed while open, what is sent once encoded. */
  get sizeBytes(): number {
    return this.#encoded?.length ?? this.#builder?.sizeBytes ?? 0;
  }

  become(state: BatchState): void {
    this.#state = transition(this.#state, state);
  }

  /** Adds a record and who is told of its fate. The two go into columns: nothing is kept per record but them. */
  append(record: SizedRecord, settler: Settler, rejecter: Rejecter): void {
    const builder = this.#openBuilder();
    const sizeBefore = this.#timestamps.length === 0 ? 0 : builder.sizeBytes;
    builder.append(record);
    this.lastGrowthBytes = builder.sizeBytes - sizeBefore;
    this.#timestamps.push(record.timestampMs);
    this.#settlers.push(settler);
    this.#rejecters.push(rejecter);
  }

  /**
   * Takes one record out of an open batch. Its bytes follow when half of the records have gone, or when the batch is sealed, so that a thousand
   * withdrawals do not copy the batch a thousand times.
   *
   * @returns the bytes that became free
   */
  withdraw(settler: Settler, rejecter: Rejecter): number {
    this.#withdrawn.add(this.#settlers.findIndex((other, i) => other === settler && this.#rejecters[i] === rejecter));
    return this.#withdrawn.size * 2 >= this.#timestamps.length ? this.#compact() : 0;
  }

  /** Takes no more records from here on. @returns the bytes of withdrawn records that became free */
  seal(): number {
    const freedBytes = this.#withdrawn.size > 0 ? this.#compact() : 0;
    this.become('sealed');
    return freedBytes;
  }

  /** Ends a batch that has become empty before it was sealed. */
  discard(): void {
    this.become('done');
    this.#release();
  }

  /** The encoded records without the batch header: what a codec is given. */
  get uncompressedRecords(): Buffer {
    return this.#openBuilder().records;
  }

  /** Encodes the body. From here on the batch is `ready`, and its bytes before the stamp never change. */
  encode(compressed?: { codecId: number; records: Uint8Array }): void {
    const builder = this.#openBuilder();
    if (compressed === undefined) {
      this.#encoded = builder.build();
      this.#encodedIn = builder;
    } else {
      this.#encoded = builder.buildCompressed(compressed.codecId, compressed.records);
      builder.recycle();
    }
    this.#builder = undefined;
    this.become('ready');
  }

  /** The whole batch as it goes on the wire. Only for a batch that is `ready` or in flight. */
  get encoded(): Buffer {
    if (this.#encoded === undefined) throw new Error(`A batch that is ${this.#state} has no encoded form`);
    return this.#encoded;
  }

  /**
   * Divides a batch that is too large for the broker into smaller ones, each with its records, their settlers and its share of the memory. This batch is
   * done without a record being settled.
   *
   * @param records all records of this batch, in order
   * @param maxSizeBytes of each part, uncompressed; a record that is larger gets a part of its own
   */
  split(records: readonly SizedRecord[], maxSizeBytes: number): ProducerBatch[] {
    const parts: ProducerBatch[] = [];
    let part: ProducerBatch | undefined;
    records.forEach((record, index) => {
      if (part === undefined || part.sizeBytes + record.maxSizeBytes > maxSizeBytes) {
        const ordinal = this.ordinal + (this.#ordinalSpan * index) / records.length;
        part = new ProducerBatch(this.topic, this.partition, ordinal, this.createdAtMs, new RecordBatchBuilder());
        part.attempts = this.attempts;
        part.isUrgent = true;
        parts.push(part);
      }
      part.append(record, this.#settlers[index]!, this.#rejecters[index]!);
    });
    for (const child of parts) {
      child.#ordinalSpan = (this.#ordinalSpan * child.recordCount) / records.length;
      child.reservedBytes = Math.floor((this.reservedBytes * child.recordCount) / records.length);
    }
    this.reservedBytes -= parts.reduce((sum, child) => sum + child.reservedBytes, 0);
    for (const watcher of this.#watchers) parts.forEach((child) => watcher.alsoWaitFor(child));
    this.become('done');
    this.#release();
    return parts;
  }

  watch(watcher: BatchWatcher): void {
    this.#watchers.push(watcher);
  }

  /** @param baseOffset offset of the first record; negative when the broker did not say. @param appendTimeMs the broker's timestamp, or negative for the records' own. */
  acknowledge(baseOffset: number, appendTimeMs: number): void {
    this.become('done');
    const { topic, partition } = this;
    for (let i = 0; i < this.#settlers.length; i++) {
      const timestamp = appendTimeMs >= 0 ? appendTimeMs : this.#timestamps[i]!;
      const metadata: RecordMetadata =
        baseOffset >= 0
          ? { topic, partition, offset: String(baseOffset + i), timestamp }
          : { topic, partition, timestamp };
      const settler = this.#settlers[i]!;
      if (typeof settler === 'function') settler(metadata);
      else settler.acknowledge(this.#rejecters[i] as number, metadata);
    }
    this.#recycle();
    this.#release();
  }

  /** @param errorOf of each record, by its place, where they are not told the same */
  reject(error: unknown, errorOf?: (index: number) => unknown): void {
    this.become('done');
    for (let i = 0; i < this.#settlers.length; i++) {
      const rejecter = this.#rejecters[i]!;
      const reason = errorOf === undefined ? error : errorOf(i);
      if (typeof rejecter === 'function') rejecter(reason);
      else (this.#settlers[i] as RecordSettler).reject(rejecter, reason);
    }
    this.#release();
  }

  #compact(): number {
    const builder = this.#openBuilder();
    const sizeBefore = builder.sizeBytes;
    builder.remove(this.#withdrawn);
    for (const column of [this.#settlers, this.#rejecters, this.#timestamps] as unknown[][]) {
      const kept = column.filter((_, index) => !this.#withdrawn.has(index));
      column.length = 0;
      for (const entry of kept) column.push(entry);
    }
    this.#withdrawn.clear();
    return sizeBefore - builder.sizeBytes;
  }

  #openBuilder(): RecordBatchBuilder {
    if (this.#builder === undefined) throw new Error(`A batch that is ${this.#state} takes no records`);
    return this.#builder;
  }

  /**
   * The bytes may be written over once nobody can send them any more. That is certain for a batch whose only attempt was answered: the broker has read them
   * all. After a lost answer they may still lie in the queue of some socket.
   */
  #recycle(): void {
    if (this.attempts !== 1) return;
    this.#encodedIn?.recycle();
    this.#encoded = undefined;
  }

  /** Nothing may keep the records alive once they are settled. */
  #release(): void {
    this.#builder = undefined;
    this.#encodedIn = undefined;
    this.#settlers.length = 0;
    this.#rejecters.length = 0;
    for (const watcher of this.#watchers) watcher.batchSettled();
    this.#watchers.length = 0;
  }
}
