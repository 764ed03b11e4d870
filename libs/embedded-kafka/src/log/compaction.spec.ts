import { loadCodec, verifyRecordBatch, type CompressionType, type RecordInput } from 'kafka-wire';
import { beforeAll, describe, expect, it } from 'vitest';
import { logLimits } from '../cluster/topic-configs.js';
import { compact } from './compaction.js';
import { LoadedCodecs } from './loaded-codecs.js';
import type { PartitionLog } from './partition-log.js';
import { contentOf, logOf } from './spec-support/filled-log.js';

const HOUR = 3_600_000;
/** Every batch is a segment of its own. */
const HOURLY = { 'cleanup.policy': 'compact', 'segment.ms': '1' };

const codecs = new LoadedCodecs();
beforeAll(async () => {
  await codecs.load(['none', 'gzip', 'snappy', 'lz4', 'zstd']);
});

/** Batch n is from hour n. */
const hourly = (batches: readonly (readonly Omit<RecordInput, 'timestamp'>[])[], type?: CompressionType) =>
  Promise.resolve(type && loadCodec(type)).then((codec) =>
    logOf(
      batches.map((records, hour) => records.map((record) => ({ ...record, timestamp: hour * HOUR }))),
      codec,
    ),
  );
function run(log: PartitionLog, nowMs: number, configs: Record<string, string> = {}, untilOffset = Infinity): void {
  const limits = logLimits(new Map(Object.entries({ ...HOURLY, ...configs })));
  log.replace(compact(log.batches, { limits, nowMs, untilOffset, codecs }));
}

const a = (value: string | null) => ({ key: 'a', value });
const b = (value: string | null) => ({ key: 'b', value });

describe('compact', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'keeps the last record of every key, with %s',
    async (type) => {
      const log = await hourly([[a('1'), b('1'), a('2')], [a('3')], [b('2'), a('4')], [a('5')]], type);
      run(log, 9 * HOUR);
      expect(await contentOf(log.batches)).toEqual(['4 b=2', '5 a=4', '6 a=5']);
      expect(log.batches.every(({ bytes, header }) => verifyRecordBatch(bytes, header))).toBe(true);
      expect(log.endOffset).toBe(7);
    },
  );

  it('leaves the active segment, what is not stable yet and what is too young', async () => {
    const batches = [[a('1')], [a('2')], [a('3')], [a('4')]];
    const unstable = await hourly(batches);
    run(unstable, 9 * HOUR, {}, 2);
    expect(await contentOf(unstable.batches)).toEqual(['1 a=2', '2 a=3', '3 a=4']);
    const young = await hourly(batches);
    run(young, 4 * HOUR, { 'min.compaction.lag.ms': `${3 * HOUR}` });
    expect(await contentOf(young.batches)).toEqual(['1 a=2', '2 a=3', '3 a=4']);
  });

  it('keeps a tombstone for a while, then nothing of its key', async () => {
    const log = await hourly([[a('1')], [a(null)], [b('1')]]);
    const configs = { 'delete.retention.ms': `${HOUR}` };
    run(log, 9 * HOUR, configs);
    expect(await contentOf(log.batches)).toEqual(['1 a=-', '2 b=1']);
    run(log, 10 * HOUR, configs);
    expect(await contentOf(log.batches)).toEqual(['1 a=-', '2 b=1']);
    run(log, 10 * HOUR + 1, configs);
    expect(await contentOf(log.batches)).toEqual(['2 b=1']);
  });

  it('does not touch transactions', async () => {
    const log = await hourly([[a('1')], [a('2')], [a('3')]]);
    log.replace(
      log.batches.map((batch, at) =>
        at === 0 ? { ...batch, header: { ...batch.header, isTransactional: true } } : batch,
      ),
    );
    run(log, 9 * HOUR);
    expect(await contentOf(log.batches)).toEqual(['0 a=1', '1 a=2', '2 a=3']);
  });
});
