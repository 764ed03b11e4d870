import { RecordBatchBuilder } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { BatchBuffers } from './batch-buffers.js';
import { ProducerBatch } from './producer-batch.js';
import { recordOf, unheard } from './spec-support/test-records.js';

describe('the memory of batches', () => {
  it('comes in powers of two of at least what was asked for', () => {
    const buffers = new BatchBuffers(1_000_000);
    const sizes = [1, 1024, 1025, 131_072, 131_073].map((minBytes) => buffers.acquire(minBytes).length);
    expect(sizes).toEqual([1024, 1024, 2048, 131_072, 262_144]);
  });

  it('is used again once it was given back', () => {
    const buffers = new BatchBuffers(1_000_000);
    const first = buffers.acquire(5_000);
    expect(buffers.acquire(5_000)).not.toBe(first);
    buffers.release(first, false);
    expect(buffers.freeBytes).toBe(8_192);
    expect(buffers.acquire(8_000)).toBe(first);
    expect(buffers.freeBytes).toBe(0);
  });

  it('is not kept beyond the limit', () => {
    const buffers = new BatchBuffers(10_000);
    const both = [buffers.acquire(8_192), buffers.acquire(8_192)];
    both.forEach((buffer) => buffers.release(buffer, false));
    expect(buffers.freeBytes).toBe(8_192);
    // Of the other one nothing is left for the collector.
    expect(both.map(({ length }) => length)).toEqual([8_192, 0]);
  });

  it('is not kept for a record that is larger than any batch', () => {
    const buffers = new BatchBuffers(2 ** 30);
    const large = buffers.acquire(2 ** 24 + 1);
    expect(large.length).toBe(2 ** 24 + 1);
    buffers.release(large, false);
    expect(large.length).toBe(0);
    expect(buffers.freeBytes).toBe(0);
  });
});

describe('the bytes of a batch', () => {
  const KEEP_NOTHING = 0;

  it('are free at once when a codec has made others of them', () => {
    const buffers = new BatchBuffers(KEEP_NOTHING);
    const batch = new ProducerBatch('t', 0, 0, 0, new RecordBatchBuilder(1024, buffers));
    batch.append(recordOf(100), ...unheard());
    const raw = batch.uncompressedRecords;
    batch.seal();
    batch.encode({ codecId: 1, records: Buffer.from('compressed') });
    expect(raw.buffer.byteLength).toBe(0);
  });

  it('are free at once when they have been copied into more', () => {
    const builder = new RecordBatchBuilder(1024, new BatchBuffers(KEEP_NOTHING));
    builder.append(recordOf(100));
    const small = builder.records;
    builder.append(recordOf(2_000));
    expect(small.buffer.byteLength).toBe(0);
    expect(builder.recordCount).toBe(2);
  });

  it('stay as long as anybody refers to them when they were sent: a broker that answers too early may not read other memory', () => {
    const batch = sent(1, new BatchBuffers(KEEP_NOTHING));
    const { encoded } = batch;
    batch.acknowledge(0, -1);
    expect(encoded.length).toBeGreaterThan(100);
  });

  function sent(attempts: number, buffers: BatchBuffers): ProducerBatch {
    const batch = new ProducerBatch('t', 0, 0, 0, new RecordBatchBuilder(1024, buffers));
    batch.append(recordOf(100), ...unheard());
    batch.seal();
    batch.encode();
    batch.attempts = attempts;
    batch.become('in-flight');
    return batch;
  }

  it('are written over once the only attempt to send them was answered', () => {
    const buffers = new BatchBuffers(1_000_000);
    sent(1, buffers).acknowledge(0, -1);
    expect(buffers.freeBytes).toBe(1_024);
  });

  it('are left alone when an attempt was not answered: some socket may still hold them', () => {
    const buffers = new BatchBuffers(1_000_000);
    sent(2, buffers).acknowledge(0, -1);
    sent(1, buffers).reject(new Error('given up'));
    expect(buffers.freeBytes).toBe(0);
  });

  it('are written over at once when a codec has made others of them', () => {
    const buffers = new BatchBuffers(1_000_000);
    const batch = new ProducerBatch('t', 0, 0, 0, new RecordBatchBuilder(1024, buffers));
    batch.append(recordOf(100), ...unheard());
    batch.seal();
    batch.encode({ codecId: 1, records: Buffer.alloc(10) });
    expect(buffers.freeBytes).toBe(1_024);
  });
});
