import type { RecordBatchHeader } from 'kafka-wire';
import { LeaderEpochs } from './leader-epochs.js';
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
  #batches: StoredBatch[] = [];
  #sizeBytes = 0;
  #highWatermark = 0;
  #startOffset = 0;
  #endOffset = 0;
  readonly epochs = new LeaderEpochs();

  /** Records before it are deleted, also where their batch is still there. */
  get startOffset(): number {
    return this.#startOffset;
  }

  /** The offset the next record gets. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** Oldest first; the first may begin before {@link startOffset}. */
  get batches(): readonly StoredBatch[] {
    return this.#batches;
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

  /** Takes the buffer over: it is written to now and read for as long as the log lives. */
  append(bytes: Buffer, header: RecordBatchHeader, leaderEpoch: number): StoredBatch {
    const baseOffset = this.#endOffset;
    this.epochs.begin(leaderEpoch, baseOffset);
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
    this.#endOffset = batch.lastOffset + 1;
    return batch;
  }

  /** Forgets everything from an offset on, which is the start of a batch: what a new leader does not have. */
  truncateTo(endOffset: number): void {
    const at = bisectBatches(this.#batches, ({ lastOffset }) => lastOffset >= endOffset);
    for (const { bytes } of this.#batches.splice(at)) this.#sizeBytes -= bytes.length;
    this.#endOffset = endOffset;
    this.epochs.truncateFrom(endOffset);
    this.#highWatermark = Math.min(this.#highWatermark, endOffset);
  }

  /** Everything up to here is on all in-sync replicas. Returns whether it moved; it never moves back. */
  advanceHighWatermark(offset: number): boolean {
    if (offset <= this.#highWatermark) return false;
    this.#highWatermark = offset;
    return true;
  }

  /**
   * Deletes the records before an offset, and the batches in which none is left. Returns whether anything was; it never moves back.
   *
   * @param offset at most the high watermark
   */
  deleteBefore(offset: number): boolean {
    if (offset <= this.#startOffset) return false;
    this.#startOffset = offset;
    this.epochs.truncateBefore(offset);
    const kept = bisectBatches(this.#batches, (batch) => batch.lastOffset >= offset);
    if (kept > 0) this.replace(this.#batches.slice(kept));
    return true;
  }

  /** Puts other batches in the place of all: what cleaning left of them. Offsets stay. */
  replace(batches: readonly StoredBatch[]): void {
    this.#batches = [];
    this.#sizeBytes = 0;
    for (const batch of batches) {
      const maxTimestampSoFar = Math.max(this.maxTimestamp, batch.header.maxTimestamp);
      this.#batches.push({ ...batch, maxTimestampSoFar });
      this.#sizeBytes += batch.bytes.length;
    }
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

  /**
   * The same as bytes. What is left of the room is filled with the beginning of the next batch: a broker reads a file, and does not look
   * where its batches end.
   */
  readBytes(range: ReadRange): Buffer[] {
    const batches = this.read(range);
    const last = batches.at(-1);
    const bytes = batches.map((batch) => batch.bytes);
    if (last === undefined) return bytes;
    const room = bytes.reduce((left, one) => left - one.length, range.maxBytes);
    const next = this.#batches[bisectBatches(this.#batches, (batch) => batch.baseOffset > last.lastOffset)];
    if (room > 0 && next !== undefined && next.lastOffset < range.toOffset) bytes.push(next.bytes.subarray(0, room));
    return bytes;
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
