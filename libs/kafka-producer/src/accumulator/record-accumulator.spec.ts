import { describe, expect, it } from 'vitest';

import { ManualClock } from '../support/spec-support/manual-clock.js';
import type { BatchCodec } from './batch-compressor.js';
import type { ProducerBatch } from './producer-batch.js';
import { RecordAccumulator, type AccumulatorSettings } from './record-accumulator.js';
import { recordOf, unheard } from './spec-support/test-records.js';

const RECORD_BYTES = 100;

/** Everything shrinks to a tenth. */
const CODEC: BatchCodec = {
  id: 1,
  compress: (bytes) => Promise.resolve(bytes.subarray(0, bytes.length / 10)),
  decompress: () => Promise.reject(new Error('nothing is divided here')),
};

class Subject {
  readonly clock = new ManualClock();
  readonly accumulator: RecordAccumulator;
  work = 0;

  constructor(settings: Partial<AccumulatorSettings> = {}) {
    const defaults = { batchSizeBytes: 1_000, lingerMs: 10, bufferMemoryBytes: 1_000_000, codec: undefined };
    this.accumulator = new RecordAccumulator({ ...defaults, maxRequestSizeBytes: 100_000, ...settings }, this.clock);
    this.accumulator.onWork = () => this.work++;
  }

  append(count = 1, sizeBytes = RECORD_BYTES, settlement = unheard()): ProducerBatch {
    let batch: ProducerBatch | undefined;
    for (let i = 0; i < count; i++) {
      this.accumulator.memory.tryReserve(sizeBytes);
      batch = this.accumulator.append('t', 0, recordOf(sizeBytes), ...settlement);
    }
    return batch!;
  }

  get batches(): ProducerBatch[] {
    return [...this.accumulator.queue('t', 0)];
  }

  readyAtMs(batch: ProducerBatch): number {
    return this.accumulator.readyAtMs(batch);
  }
}

describe('the accumulator', () => {
  it('fills a batch to its size and opens the next one', () => {
    const subject = new Subject();
    subject.append(40);
    const [first] = subject.batches;
    expect(first!.state).toBe('ready');
    expect(first!.sizeBytes).toBeLessThanOrEqual(1_000);
    expect(first!.sizeBytes).toBeGreaterThan(800);
    expect(subject.batches.filter(({ state }) => state === 'open')).toEqual(subject.batches.slice(-1));
    expect(subject.batches.reduce((sum, { recordCount }) => sum + recordCount, 0)).toBe(40);
  });

  it('gives a record that is larger than a batch one of its own, at once', () => {
    const subject = new Subject();
    subject.append();
    const large = subject.append(1, 5_000);
    expect(subject.batches.map(({ state, recordCount }) => [state, recordCount])).toEqual([
      ['ready', 1],
      ['ready', 1],
    ]);
    expect(large).toBe(subject.batches[1]);
  });

  it('fills batches by what they will be after compression, once it knows', async () => {
    const subject = new Subject({ codec: CODEC });
    for (let i = 0; i < 20; i++) {
      subject.append(40);
      await subject.clock.settle();
    }
    const sizes = subject.batches.filter(({ state }) => state === 'ready').map(({ sizeBytes }) => sizeBytes);
    expect(sizes[0]).toBeLessThan(200);
    expect(sizes.at(-1)).toBeGreaterThan(700);
    expect(sizes.at(-1)).toBeLessThanOrEqual(1_000);
  });

  it('holds no more in a batch than a request can carry uncompressed, however well it may shrink', async () => {
    const subject = new Subject({ codec: CODEC, maxRequestSizeBytes: 3_000 });
    for (let i = 0; i < 20; i++) {
      subject.append(40);
      await subject.clock.settle();
    }
    const most = 3_000 / (RECORD_BYTES - 34); // of 36 bytes of overhead such a record needs at least 2
    for (const { recordCount } of subject.batches) expect(recordCount).toBeLessThan(most);
    expect(Math.max(...subject.batches.map(({ recordCount }) => recordCount))).toBeGreaterThan(15);
  });

  it('lets a batch linger, and not when somebody flushes, waits for memory, or the producer closes', () => {
    const subject = new Subject({ bufferMemoryBytes: 150 });
    const batch = subject.append();
    expect(subject.readyAtMs(batch)).toBe(10);
    batch.isUrgent = true;
    expect(subject.readyAtMs(batch)).toBe(0);
    batch.isUrgent = false;
    const waiter = { bytes: 100, turn: 1, grant: () => {} };
    subject.accumulator.memory.wait(waiter);
    expect(subject.readyAtMs(batch)).toBe(0);
    subject.accumulator.memory.cancel(waiter);
    expect(subject.readyAtMs(batch)).toBe(10);
    subject.accumulator.beginClosing();
    expect(subject.readyAtMs(batch)).toBe(0);
  });

  it('makes a batch that goes again wait for its moment, and one with the codec for the codec', async () => {
    const subject = new Subject({ codec: CODEC });
    const batch = subject.append();
    subject.accumulator.sealAll();
    expect(subject.readyAtMs(batch)).toBe(Infinity);
    const workBefore = subject.work;
    await subject.clock.settle();
    expect(subject.work).toBeGreaterThan(workBefore); // the sender is told
    expect(subject.readyAtMs(batch)).toBe(0);
    batch.retryAtMs = 70;
    expect(subject.readyAtMs(batch)).toBe(70);
  });

  it('gives the bytes back that compression saved, and the rest when the batch is settled', async () => {
    const subject = new Subject({ codec: CODEC });
    const batch = subject.append(5);
    subject.accumulator.sealAll();
    expect(subject.accumulator.memory.usedBytes).toBe(5 * RECORD_BYTES);
    await subject.clock.settle();
    expect(subject.accumulator.memory.usedBytes).toBe(batch.sizeBytes);
    subject.accumulator.release(batch);
    subject.accumulator.release(batch);
    expect(subject.accumulator.memory.usedBytes).toBe(0);
  });

  it('flushes what is open into batches of its own', () => {
    const subject = new Subject();
    const before = subject.append(2);
    subject.accumulator.sealAll();
    const after = subject.append();
    expect(after).not.toBe(before);
    expect([before.isUrgent, after.isUrgent]).toEqual([true, false]);
  });

  it('takes a record out of an open batch with all its memory when it was the last one', () => {
    const subject = new Subject();
    const settlement = unheard();
    const batch = subject.append(1, RECORD_BYTES, settlement);
    const workBefore = subject.work;
    expect(subject.accumulator.withdraw(batch, ...settlement)).toBe(true);
    expect(subject.accumulator.memory.usedBytes).toBe(0);
    expect([batch.state, subject.batches]).toEqual(['done', []]);
    expect(subject.work).toBeGreaterThan(workBefore); // no timer need wait for it
  });

  it('takes no record out of a batch that is sealed', () => {
    const subject = new Subject();
    const settlement = unheard();
    const batch = subject.append(1, RECORD_BYTES, settlement);
    subject.accumulator.sealAll();
    expect(subject.accumulator.withdraw(batch, ...settlement)).toBe(false);
    expect(batch.recordCount).toBe(1);
  });

  it('frees withdrawn bytes when half of a batch has gone, and the rest when it is sealed', () => {
    const subject = new Subject();
    const settlements = [unheard(), unheard(), unheard(), unheard(), unheard()];
    const batch = settlements.map((settlement) => subject.append(1, RECORD_BYTES, settlement))[0]!;
    const { memory } = subject.accumulator;
    const used = [memory.usedBytes];
    for (const settlement of [settlements[1]!, settlements[3]!, settlements[4]!]) {
      subject.accumulator.withdraw(batch, ...settlement);
      used.push(memory.usedBytes);
    }
    expect(batch.recordCount).toBe(2);
    expect(used[1]).toBe(used[0]);
    expect(used[2]).toBe(used[0]);
    expect(used[3]).toBeLessThan(used[0]! - 2 * (RECORD_BYTES - 34));
    subject.append(3);
    const [last] = settlements;
    subject.accumulator.withdraw(batch, ...last!);
    const beforeSeal = memory.usedBytes;
    subject.accumulator.sealAll();
    expect(memory.usedBytes).toBeLessThan(beforeSeal);
  });
});
