import {
  decodeRecordBatchHeaders,
  decodeRecords,
  encodeRecordBatch,
  errorName,
  verifyRecordBatch,
  type Codec,
  type CompressionType,
  type RecordBatchHeader,
} from 'kafka-wire';
import { beforeAll, describe, expect, it } from 'vitest';
import { acceptBatch } from './accept-batch.js';
import type { Acceptance, BatchLimits, Codecs } from './acceptance.js';
import { LoadedCodecs } from './loaded-codecs.js';
import { isRefusal } from './refusal.js';

const NOW = 1_700_000_000_000;
const LIMITS: BatchLimits = {
  maxMessageBytes: 10_000,
  timestampBeforeMaxMs: Infinity,
  timestampAfterMaxMs: 1_000,
  logAppendTime: false,
  needsKeys: false,
  compressionType: undefined,
};
const TYPES: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

const codecs = new LoadedCodecs();
beforeAll(async () => {
  await codecs.load(['none', 'gzip', 'snappy', 'lz4', 'zstd']);
});

const produced = async (type: CompressionType, timestamp = NOW) => {
  const codec = codecs.get(type);
  const records = Array.from({ length: 20 }, (_, at) => ({ key: `${at}`, value: 'v'.repeat(50), timestamp }));
  return encodeRecordBatch({ records, ...(codec && { codec }) });
};

function accept(batch: Buffer, limits: Partial<BatchLimits> = {}, known: Codecs = codecs) {
  const [header] = decodeRecordBatchHeaders(batch) as [RecordBatchHeader];
  const to: Acceptance = { limits: { ...LIMITS, ...limits }, place: 'orders-0', nowMs: NOW, codecs: known };
  const outcome = acceptBatch(batch, header, to);
  return isRefusal(outcome) ? errorName(outcome.errorCode) : outcome;
}

describe('acceptBatch', () => {
  it.each(TYPES)('stores what came with %s as it came, in memory of its own', async (type) => {
    const batch = await produced(type);
    const before = Buffer.from(batch);
    const accepted = accept(batch);
    if (typeof accepted === 'string') throw new Error(accepted);
    batch.fill(0);
    expect(accepted.bytes.equals(before)).toBe(true);
    expect(accepted.header.producerId).toHaveLength(8);
  });

  it.each(TYPES.flatMap((from) => TYPES.map((to) => [from, to] as const)))(
    'makes %s into %s where the topic says so, sound and with the same records',
    async (from, to) => {
      const batch = await produced(from);
      const accepted = accept(batch, { compressionType: to });
      if (typeof accepted === 'string') throw new Error(accepted);
      const [header] = decodeRecordBatchHeaders(accepted.bytes) as [RecordBatchHeader];
      expect(header).toEqual(accepted.header);
      expect([header.compressionType, verifyRecordBatch(accepted.bytes, header)]).toEqual([to, true]);
      const [original] = decodeRecordBatchHeaders(batch) as [RecordBatchHeader];
      expect(await decodeRecords(accepted.bytes, header)).toEqual(await decodeRecords(batch, original));
    },
  );

  it('refuses what has become too large by being unpacked', async () => {
    expect(accept(await produced('gzip'), { compressionType: 'none', maxMessageBytes: 500 })).toBe('MESSAGE_TOO_LARGE');
  });

  it('writes its own time over those of producers, and looks at none of theirs', async () => {
    const accepted = accept(await produced('none', NOW + 99_999), { logAppendTime: true });
    expect(accepted).toMatchObject({ logAppendTimeMs: NOW, header: { timestampType: 'append', maxTimestamp: NOW } });
  });

  it('corrects a largest time that is none of the records’', async () => {
    const batch = await encodeRecordBatch({ records: [{ value: 'x', timestamp: NOW }], appendTimestamp: NOW - 5 });
    const accepted = accept(batch);
    expect(accepted).toMatchObject({ logAppendTimeMs: -1, header: { timestampType: 'create', maxTimestamp: NOW - 5 } });
  });

  it('stores what it has no codec for without looking inside', async () => {
    const batch = await produced('gzip', NOW + 99_999);
    expect(accept(batch)).toBe('INVALID_TIMESTAMP');
    expect(accept(batch, {}, new Map())).toMatchObject({ header: { compressionType: 'gzip' } });
  });

  it('refuses 8 KB that would become more than 256 MiB, before they do', async () => {
    const frame = Buffer.from('28b52ffd0058', 'hex'); // no content size, a window of 2 MiB
    const block = Buffer.from([0x02, 0x00, 0x10, 0x00]); // the byte 0, 128 Ki times
    const last = Buffer.from([0x03, 0x00, 0x10, 0x00]);
    const bomb = Buffer.concat([frame, ...Array.from({ length: 2048 }, () => block), last]);
    const codec = { ...codecs.get('zstd'), type: 'zstd', id: 4, compress: () => Promise.resolve(bomb) } as Codec;
    const batch = await encodeRecordBatch({ records: [{ value: 'v', timestamp: NOW }], codec });
    const before = process.memoryUsage().rss;
    expect(accept(batch)).toBe('UNKNOWN_SERVER_ERROR');
    expect(process.memoryUsage().rss - before).toBeLessThan(0x0800_0000);
  });
});
