import { describe, expect, it } from 'vitest';
import { logLimits } from '../cluster/topic-configs.js';
import { retainedFrom } from './retention.js';
import { logOf } from './spec-support/filled-log.js';

const SECOND = 1_000;
const MEGABYTE = 1_048_576;
const limits = (configs: Record<string, string>) => logLimits(new Map(Object.entries(configs)));

/** One record a second, from second 1 on. */
const secondsOf = (count: number, value = 'x') =>
  logOf(Array.from({ length: count }, (_, at) => [{ value, timestamp: (at + 1) * SECOND }]));

describe('retainedFrom', () => {
  const bySegments = { 'segment.ms': '1999' };

  it.each([
    ['nothing is old enough', 6, 0],
    ['a segment is only in part', 7, 0],
    ['one segment is', 8, 2],
    ['all are, the active one too', 20, 6],
  ])('when %s', async (_name, nowSeconds, offset) => {
    const log = await secondsOf(6);
    const settings = limits({ ...bySegments, 'retention.ms': `${5 * SECOND}` });
    expect(retainedFrom(log, settings, nowSeconds * SECOND)).toBe(offset);
  });

  it('keeps everything forever where the topic says so, and where it is only compacted', async () => {
    const log = await secondsOf(6);
    expect(retainedFrom(log, limits({ ...bySegments, 'retention.ms': '-1' }), 1e9)).toBe(0);
    const compacted = limits({ ...bySegments, 'retention.ms': '1', 'cleanup.policy': 'compact' });
    expect(retainedFrom(log, compacted, 1e9)).toBe(0);
  });

  it('deletes whole segments of what is too much', async () => {
    const log = await secondsOf(5, 'v'.repeat(MEGABYTE * 0.6));
    const settings = limits({ 'segment.bytes': `${MEGABYTE}`, 'retention.bytes': `${MEGABYTE * 2}` });
    expect([log.endOffset, retainedFrom(log, settings, 0)]).toEqual([5, 1]);
  });

  it('keeps a segment that goes beyond the high watermark', async () => {
    const log = await secondsOf(4);
    const { bytes, header } = (await secondsOf(1)).batches[0] as (typeof log.batches)[number];
    log.append(Buffer.from(bytes), header, 0);
    const settings = limits({ 'segment.ms': '1', 'retention.ms': '1' });
    expect([log.endOffset, retainedFrom(log, settings, 1e9)]).toEqual([5, 3]);
  });
});
