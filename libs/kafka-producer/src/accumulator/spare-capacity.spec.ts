import { afterEach, describe, expect, it, vi } from 'vitest';

import { ManualClock } from '../support/spec-support/manual-clock.js';
import type { ProducerBatch } from './producer-batch.js';
import { RecordAccumulator } from './record-accumulator.js';
import { recordOf, unheard } from './spec-support/test-records.js';

const MIB = 2 ** 20;
const PARTITIONS = 500;

afterEach(() => vi.restoreAllMocks());

function accumulatorOf(bufferMemoryBytes: number): RecordAccumulator {
  const settings = { batchSizeBytes: 65_536, lingerMs: 10, maxRequestSizeBytes: MIB, codec: undefined };
  return new RecordAccumulator({ ...settings, bufferMemoryBytes }, new ManualClock());
}

function append(accumulator: RecordAccumulator, partition: number, sizeBytes: number): ProducerBatch {
  accumulator.memory.tryReserve(sizeBytes);
  return accumulator.append('t', partition, recordOf(sizeBytes), ...unheard());
}

function settle(accumulator: RecordAccumulator, batch: ProducerBatch): void {
  if (batch.state === 'open') accumulator.seal(accumulator.queue(batch.topic, batch.partition), batch);
  accumulator.queue(batch.topic, batch.partition).remove(batch);
  batch.attempts = 1;
  batch.become('in-flight');
  batch.acknowledge(0, -1);
  accumulator.release(batch);
}

/** Bytes of the buffers that were made or taken from the pool for what `work` appends. */
function bytesTaken(work: () => void): number {
  const made = vi.spyOn(Buffer, 'allocUnsafeSlow');
  work();
  const bytes = made.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0);
  made.mockRestore();
  return bytes;
}

describe('the memory of batches beyond their records', () => {
  it('stays below a quarter of the buffer memory when every partition has had one large batch', () => {
    const accumulator = accumulatorOf(4 * MIB);
    for (let partition = 0; partition < PARTITIONS; partition++)
      settle(accumulator, append(accumulator, partition, 60_000));
    const taken = bytesTaken(() => {
      for (let partition = 0; partition < PARTITIONS; partition++) append(accumulator, partition, 50);
    });
    // A quarter for guesses, of which as much again may come from the pool; one KiB for every partition beyond that.
    expect(taken).toBeLessThan(MIB + PARTITIONS * 1_024);
  });

  it('counts what sealed batches hold in vain, too', () => {
    const accumulator = accumulatorOf(4 * MIB);
    for (let partition = 0; partition < PARTITIONS; partition++)
      settle(accumulator, append(accumulator, partition, 60_000));
    const taken = bytesTaken(() => {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const batch = append(accumulator, partition, 50);
        accumulator.seal(accumulator.queue('t', partition), batch);
      }
    });
    expect(taken).toBeLessThan(MIB + PARTITIONS * 1_024);
  });

  it('is there again once small batches were settled', () => {
    const accumulator = accumulatorOf(4 * MIB);
    for (let round = 0; round < 100; round++) {
      settle(accumulator, append(accumulator, 0, 60_000));
      settle(accumulator, append(accumulator, 0, 50));
    }
    settle(accumulator, append(accumulator, 0, 60_000));
    expect(append(accumulator, 0, 50).spareBytes).toBe(65_536);
  });

  it('does not keep a batch from starting at its expected size while there is room', () => {
    const accumulator = accumulatorOf(4 * MIB);
    settle(accumulator, append(accumulator, 0, 60_000));
    const grown = bytesTaken(() => {
      for (let i = 0; i < 1_000; i++) append(accumulator, 0, 60);
    });
    expect(grown).toBe(0); // the last batch's buffer, again
  });
});
