import { decodeRecordBatchHeaders, encodeRecordBatch, verifyRecordBatch, type RecordBatchHeader } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { PartitionLog } from './partition-log.js';

async function append(log: PartitionLog, timestamps: readonly number[], leaderEpoch = 0): Promise<number> {
  const bytes = await encodeRecordBatch({ records: timestamps.map((timestamp) => ({ value: 'x', timestamp })) });
  const [header] = decodeRecordBatchHeaders(bytes);
  return log.append(bytes, header as RecordBatchHeader, leaderEpoch).bytes.length;
}

async function logOf(...batches: readonly number[][]): Promise<PartitionLog> {
  const log = new PartitionLog();
  for (const batch of batches) await append(log, batch);
  return log;
}

const all = { fromOffset: 0, toOffset: Infinity, maxBytes: Infinity, atLeastOneBatch: true };

describe('PartitionLog', () => {
  it('gives every record the next offset and leaves the checksum sound', async () => {
    const log = await logOf([1, 2], [3], [4, 5, 6]);
    const batches = log.read(all);
    expect([log.endOffset, batches.map(({ baseOffset, lastOffset }) => [baseOffset, lastOffset])]).toEqual([
      6,
      [
        [0, 1],
        [2, 2],
        [3, 5],
      ],
    ]);
    for (const { bytes, baseOffset } of batches) {
      const [header] = decodeRecordBatchHeaders(bytes);
      expect(header).toMatchObject({ baseOffset, partitionLeaderEpoch: 0 });
      expect(verifyRecordBatch(bytes, header as RecordBatchHeader)).toBe(true);
    }
  });

  it.each([
    [0, 0],
    [1, 0],
    [2, 2],
    [3, 3],
    [5, 3],
  ])('begins to read offset %i with the batch at %i', async (fromOffset, baseOffset) => {
    const log = await logOf([1, 2], [3], [4, 5, 6]);
    expect(log.read({ ...all, fromOffset })[0]?.baseOffset).toBe(baseOffset);
  });

  it('reads only batches that end before the limit and fit in the room, but one at least when asked to', async () => {
    const log = await logOf([1], [2], [3]);
    const sizeBytes = log.sizeBytes / 3;
    const count = (range: object) => log.read({ ...all, ...range }).length;
    expect(count({ toOffset: 2 })).toBe(2);
    expect(count({ maxBytes: sizeBytes * 2 })).toBe(2);
    expect(count({ maxBytes: sizeBytes * 2 - 1 })).toBe(1);
    expect(count({ maxBytes: 1 })).toBe(1);
    expect(count({ maxBytes: 1, atLeastOneBatch: false })).toBe(0);
    expect(count({ fromOffset: 3 })).toBe(0);
  });

  it('finds the first batch since a time even when times go back', async () => {
    const log = await logOf([1_000], [3_000], [2_000], [4_000]);
    const found = [500, 1_000, 1_500, 2_500, 3_500, 4_001].map(
      (timestamp) => log.firstBatchSince(timestamp)?.baseOffset,
    );
    expect(found).toEqual([0, 0, 1, 1, 3, undefined]);
    expect(log.batchWithMaxTimestamp()?.baseOffset).toBe(3);
  });

  it('deletes records up to an offset, and batches without any left', async () => {
    const log = await logOf([1, 2], [3], [4, 5, 6]);
    const sizeBytes = log.sizeBytes;
    log.advanceHighWatermark(6);
    expect([log.deleteBefore(1), log.startOffset, log.sizeBytes]).toEqual([true, 1, sizeBytes]);
    expect([log.deleteBefore(4), log.deleteBefore(3), log.startOffset]).toEqual([true, false, 4]);
    expect(log.batches.map(({ baseOffset }) => baseOffset)).toEqual([3]);
    expect([log.deleteBefore(6), log.sizeBytes, log.endOffset]).toEqual([true, 0, 6]);
    await append(log, [7]);
    expect(log.batches.map(({ baseOffset }) => baseOffset)).toEqual([6]);
  });

  it('never moves the high watermark back', async () => {
    const log = await logOf([1], [2]);
    expect([log.advanceHighWatermark(2), log.advanceHighWatermark(1), log.highWatermark]).toEqual([true, false, 2]);
  });
});
