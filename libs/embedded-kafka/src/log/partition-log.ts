import type { RecordBatchHeader } from 'kafka-wire';
import { bisectBatches, stampPlaceInLog, type StoredBatch } from './stored-batch.js';

export interface ReadRange {
  readonly fromOffset: number;
  /** Exclusive: the high watermark, the last stable offset or the log's end. */
  readonly toOffset: number;
  readonly maxBytes: number;
  /** True: the first batch is returned even when it is larger than `maxBytes`, so that a consumer cannot get stuck on it (KIP-74). */
  readonly atLeastOneBatch: boolean;
}

/**
 * The records of one partition: whole batches as producers sent them, in memory.
 *
 * One log stands for all replicas: in-sync ones have its end, and the high watermark says how far all of them have it.
 */
export class PartitionLog {
  readonly #batches: StoredBatch[] = [];
  #sizeBytes = 0;
  #highWatermark = 0;
  readonly startOffset = 0;

  /** The offset the next record gets. */
  get endOffset(): number {
    return (this.#batches.at(-1)?.lastOffset ?? this.startOffset - 1) + 1;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Largest timestamp of all records; -1 without any. */
  get maxTimestamp(): number {
    return this.#batches.at(-1)?.maxTimestampSoFar ?? -1;
  }

  /** Undefined without any record. */
  get firstLeaderEpoch(): number | undefined {
    return this.#batches[0]?.header.partitionLeaderEpoch;
  }

  /** The first offset written under a later epoch, the log's end when there is none. */
  endOffsetOfEpoch(leaderEpoch: number): number {
    const at = bisectBatches(this.#batches, ({ header }) => header.partitionLeaderEpoch > leaderEpoch);
    return this.#batches[at]?.baseOffset ?? this.endOffset;
  }

  /** Takes the buffer over: it is written to now and read for as long as the log lives. */
  append(bytes: Buffer, header: RecordBatchHeader, leaderEpoch: number): StoredBatch {
    const baseOffset = this.endOffset;
    stampPlaceInLog(bytes, baseOffset, leaderEpoch);
    const batch: StoredBatch = {
      bytes,
      header: { ...header, position: 0, baseOffset, partitionLeaderEpoch: leaderEpoch },
      baseOffset,
      lastOffset: baseOffset + header.lastOffsetDelta,
      maxTimestampSoFar: Math.max(this.maxTimestamp, header.maxTimestamp),
    };
    this.#batches.push(batch);
    this.#sizeBytes += bytes.length;
    return batch;
  }

  /** In the order of their offsets. */
  get batches(): readonly StoredBatch[] {
    return this.#batches;
  }

  /** Forgets everything from an offset on, which is the start of a batch: what a new leader does not have. */
  truncateTo(endOffset: number): void {
    const at = bisectBatches(this.#batches, ({ lastOffset }) => lastOffset >= endOffset);
    for (const { bytes } of this.#batches.splice(at)) this.#sizeBytes -= bytes.length;
    this.#highWatermark = Math.min(this.#highWatermark, this.endOffset);
  }

  /** Everything up to here is on all in-sync replicas. Returns whether it moved; it never moves back. */
  advanceHighWatermark(offset: number): boolean {
    if (offset <= this.#highWatermark) return false;
    this.#highWatermark = offset;
    return true;
  }

  /** Batches that hold an offset of the range, whole ones: the first may begin before it. Found by bisection. */
  read({ fromOffset, toOffset, maxBytes, atLeastOneBatch }: ReadRange): StoredBatch[] {
    const found: StoredBatch[] = [];
    let room = maxBytes;
    const first = bisectBatches(this.#batches, (batch) => batch.lastOffset >= fromOffset);
    for (let index = first; index < this.#batches.length; index++) {
      const batch = this.#batches[index] as StoredBatch;
      if (batch.lastOffset >= toOffset) break;
      if (batch.bytes.length > room && !(atLeastOneBatch && found.length === 0)) break;
      found.push(batch);
      room -= batch.bytes.length;
    }
    return found;
  }

  /** The earliest batch in which a record with this timestamp or a later one can be. */
  firstBatchSince(timestamp: number): StoredBatch | undefined {
    return this.#batches[bisectBatches(this.#batches, (batch) => batch.maxTimestampSoFar >= timestamp)];
  }

  /** The batch with the largest timestamp, the earliest of equals. */
  batchWithMaxTimestamp(): StoredBatch | undefined {
    return this.firstBatchSince(this.maxTimestamp);
  }
}
