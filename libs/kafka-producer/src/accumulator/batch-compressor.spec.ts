import { decodeRecordBatchHeaders } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { BatchCompressor, type CompressingCodec } from './batch-compressor.js';
import { PartitionQueue } from './partition-queue.js';
import type { ProducerBatch } from './producer-batch.js';
import { recordOf, unheard } from './spec-support/test-records.js';

const GZIP_ID = 1;

/** A codec whose jobs end when the test says so. */
class HeldCodec implements CompressingCodec {
  readonly id = GZIP_ID;
  readonly jobs: { bytes: Uint8Array; finish: (compressed: Uint8Array) => void; fail: (error: Error) => void }[] = [];

  compress(bytes: Uint8Array): Promise<Uint8Array> {
    return new Promise((finish, fail) => this.jobs.push({ bytes, finish, fail }));
  }
}

function setUp(count: number): { codec: HeldCodec; batches: ProducerBatch[]; done: ProducerBatch[] } {
  const codec = new HeldCodec();
  const done: ProducerBatch[] = [];
  const compressor = new BatchCompressor(codec, (batch) => void done.push(batch));
  const queue = new PartitionQueue('t', 0);
  const batches = Array.from({ length: count }, () => {
    const batch = queue.open(0, 1_024);
    batch.append(recordOf(100), ...unheard());
    batch.seal();
    compressor.compress(batch);
    return batch;
  });
  return { codec, batches, done };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('the batch compressor', () => {
  it('works on two batches at a time and takes the next one when one is done', async () => {
    const { codec, batches } = setUp(4);
    expect(batches.map(({ state }) => state)).toEqual(['compressing', 'compressing', 'sealed', 'sealed']);
    codec.jobs[1]!.finish(Buffer.alloc(7));
    await turn();
    expect(batches.map(({ state }) => state)).toEqual(['compressing', 'ready', 'compressing', 'sealed']);
  });

  it('puts what the codec returns behind the header, with the codec named in it', async () => {
    const { codec, batches, done } = setUp(1);
    codec.jobs[0]!.finish(Buffer.from('compressed'));
    await turn();
    const [header] = decodeRecordBatchHeaders(batches[0]!.encoded);
    expect(header).toMatchObject({ compressionType: 'gzip', recordCount: 1 });
    expect(batches[0]!.encoded.subarray(61).toString()).toBe('compressed');
    expect(done).toEqual(batches);
  });

  it('leaves a batch alone that was given up before its turn', async () => {
    const { codec, batches } = setUp(3);
    batches[2]!.reject(new Error('expired'));
    for (const job of codec.jobs) job.finish(Buffer.alloc(1));
    await turn();
    expect(codec.jobs).toHaveLength(2);
    expect(batches[2]!.state).toBe('done');
  });

  it('leaves a batch alone that was given up meanwhile, and goes on', async () => {
    const { codec, batches } = setUp(3);
    batches[0]!.reject(new Error('expired'));
    codec.jobs[0]!.finish(Buffer.alloc(1));
    await turn();
    expect(batches.map(({ state }) => state)).toEqual(['done', 'compressing', 'compressing']);
  });

  it('sends the records as they are when the codec fails, and goes on', async () => {
    const { codec, batches } = setUp(3);
    codec.jobs[0]!.fail(new Error('out of memory'));
    await turn();
    const [header] = decodeRecordBatchHeaders(batches[0]!.encoded);
    expect(header).toMatchObject({ compressionType: 'none', recordCount: 1 });
    expect(batches[2]!.state).toBe('compressing');
  });

  it('does small bodies in place when the codec can, large ones never', () => {
    const inPlace: number[] = [];
    const codec: CompressingCodec = {
      id: GZIP_ID,
      compress: () => new Promise(() => {}),
      compressSync: (bytes) => {
        inPlace.push(bytes.length);
        return bytes;
      },
    };
    const compressor = new BatchCompressor(codec, () => {});
    for (const sizeBytes of [1_000, 10_000]) {
      const batch = new PartitionQueue('t', 0).open(0, 1_024);
      batch.append(recordOf(sizeBytes), ...unheard());
      batch.seal();
      compressor.compress(batch);
    }
    expect(inPlace).toHaveLength(1);
    expect(inPlace[0]).toBeLessThan(1_001);
  });
});
