import type { RecordBatchHeader } from 'kafka-wire';

const BASE_OFFSET_AT = 0;
const LEADER_EPOCH_AT = 12;
const TWO_POW_32 = 0x1_0000_0000;

/** A batch in the log: its bytes as consumers get them, and what the log looks things up by. */
export interface StoredBatch {
  readonly bytes: Buffer;
  readonly header: RecordBatchHeader;
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** Largest timestamp of this batch and all before it: never falls, so a timestamp is found by bisection. */
  readonly maxTimestampSoFar: number;
  /** Set when the batch is first compacted and tombstones are left in it: when they may go, in milliseconds since the epoch. */
  readonly tombstonesGoAtMs?: number;
}

/** Writes what the leader assigns into a batch. Both fields lie before the bytes the CRC covers. */
export function stampPlaceInLog(batch: Buffer, baseOffset: number, leaderEpoch: number): void {
  batch.writeInt32BE(Math.floor(baseOffset / TWO_POW_32), BASE_OFFSET_AT);
  batch.writeUInt32BE(baseOffset % TWO_POW_32, BASE_OFFSET_AT + 4);
  batch.writeInt32BE(leaderEpoch, LEADER_EPOCH_AT);
}

/** Index of the first batch for which `holds` is true, given that it stays true from there on; the length when there is none. */
export function bisectBatches(batches: readonly StoredBatch[], holds: (batch: StoredBatch) => boolean): number {
  let low = 0;
  let high = batches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(batches[middle] as StoredBatch)) high = middle;
    else low = middle + 1;
  }
  return low;
}
