import { describe, expect, it } from 'vitest';
import type { Codec } from '../compression/codec.js';
import { loadCodec } from '../compression/load-codec.js';
import { decodeRecords } from './decode-records.js';
import { encodeRecordBatch, type RecordBatchInput, type RecordInput } from './encode-record-batch.js';
import { FIELD, RECORD_BATCH_HEADER_BYTES } from './record-batch-builder.js';
import { CorruptRecordBatchError } from './record-batch.errors.js';
import { decodeRecordBatchHeaders, type RecordBatchHeader } from './record-batch-header.js';

const NOW = 1_700_000_000_000;

function onlyHeader(batch: Buffer): RecordBatchHeader {
  const [header, ...others] = decodeRecordBatchHeaders(batch);
  if (!header || others.length > 0) throw new Error('one batch expected');
  return header;
}

async function roundTrip(input: RecordBatchInput) {
  const batch = await encodeRecordBatch(input);
  return decodeRecords(batch, onlyHeader(batch));
}

const RECORDS: readonly RecordInput[] = [
  { key: null, value: null, timestamp: NOW },
  { key: '', value: '', timestamp: NOW },
  { key: 'order-1', value: '{"id":1}', timestamp: NOW + 1 },
  { key: Buffer.from([0, 255, 128]), value: new Uint8Array([1, 2, 3]), timestamp: NOW - 1 },
  { key: 'Grüße 👋', value: '漢字'.repeat(500), timestamp: 0 },
  { key: null, value: 'x'.repeat(100_000), timestamp: 2 ** 53 - 1 },
  {
    key: 'with headers',
    value: null,
    timestamp: NOW,
    headers: [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
      { key: 'ключ', value: Buffer.from([0, 1]) },
      { key: 'null', value: null },
      { key: '', value: '' },
    ],
  },
];

function bytesOf(data: Uint8Array | string | null = null) {
  if (data === null) return null;
  return typeof data === 'string' ? Buffer.from(data) : Buffer.from(data);
}

describe.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('records compressed with %s', (type) => {
  it('come back as they were written', async () => {
    const records = await roundTrip({ records: RECORDS, codec: await loadCodec(type), baseOffset: 1_000 });
    expect(records).toEqual(
      RECORDS.map(({ key, value, timestamp, headers = [] }, i) => ({
        offset: 1_000 + i,
        timestamp,
        key: bytesOf(key),
        value: bytesOf(value),
        headers: headers.map((header) => ({ key: header.key, value: bytesOf(header.value) })),
      })),
    );
  });

  it('come back in their number and order', async () => {
    const input = Array.from({ length: 9_000 }, (_, i) => ({ value: `value ${i}`, timestamp: NOW + i }));
    const records = await roundTrip({ records: input, codec: await loadCodec(type) });
    expect(records.map(({ offset, value, timestamp }) => `${offset} ${value?.toString()} ${timestamp}`)).toEqual(
      input.map(({ value, timestamp }, i) => `${i} ${value} ${timestamp}`),
    );
  });

  it('are refused or read, but never hang or crash, whichever byte of the batch is damaged', async () => {
    const batch = await encodeRecordBatch({ records: RECORDS.slice(0, 4), codec: await loadCodec(type) });
    for (let i = RECORD_BATCH_HEADER_BYTES; i < batch.length; i++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = Buffer.from(batch);
        damaged.writeUInt8(damaged.readUInt8(i) ^ flip, i);
        const outcome = await decodeRecords(damaged, onlyHeader(damaged), 1e6).catch((e: unknown) => e);
        const isFine = outcome instanceof CorruptRecordBatchError || Array.isArray(outcome);
        expect(isFine, `byte ${i}, flip ${flip}: ${String(outcome)}`).toBe(true);
      }
    }
  });
});

describe('a batch that decompresses to more than the caller allows', () => {
  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('is refused (%s)', async (type) => {
    const records = [{ value: Buffer.alloc(10_000_000), timestamp: NOW }];
    const batch = await encodeRecordBatch({ records, codec: await loadCodec(type) });
    const error = await decodeRecords(batch, onlyHeader(batch), 1_000_000).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CorruptRecordBatchError);
    expect((error as Error).message).toContain('1000000');
  });
});

describe('times', () => {
  it('are the broker’s when the batch says so', async () => {
    const records = await roundTrip({ records: RECORDS, appendTimestamp: NOW + 500 });
    expect(new Set(records.map(({ timestamp }) => timestamp))).toEqual(new Set([NOW + 500]));
  });
});

describe('a batch emptied by the cleaner', () => {
  it.each(['none', 'gzip'] as const)('has no records (%s)', async (type) => {
    const batch = await encodeRecordBatch({ records: [], codec: await loadCodec(type) });
    batch.writeInt32BE(9, FIELD.lastOffsetDelta);
    const empty = batch.subarray(0, RECORD_BATCH_HEADER_BYTES);
    empty.writeInt32BE(RECORD_BATCH_HEADER_BYTES - FIELD.partitionLeaderEpoch, FIELD.length);
    expect(await decodeRecords(empty, onlyHeader(empty))).toEqual([]);
  });
});

/** A batch whose body is exactly these bytes. */
async function batchAround(bodyHex: string, recordCount: number, codec?: Codec): Promise<Buffer> {
  const body = Buffer.from(bodyHex.replaceAll(' ', ''), 'hex');
  const template = await encodeRecordBatch({ records: [{ timestamp: NOW }] });
  const batch = Buffer.concat([template.subarray(0, RECORD_BATCH_HEADER_BYTES), codec?.compressSync(body) ?? body]);
  batch.writeInt32BE(batch.length - FIELD.partitionLeaderEpoch, FIELD.length);
  batch.writeInt32BE(recordCount, FIELD.recordCount);
  batch.writeInt16BE(codec?.id ?? 0, FIELD.attributes);
  return batch;
}

describe('a hostile body', () => {
  /** length, attributes, time, offset, key length, value length, header count: the least a record can be. */
  const least = '0c 00 00 00 01 01 00';

  const cases: readonly [name: string, body: string, recordCount: number, message: string][] = [
    ['a count of two thousand millions', least, 2 ** 31 - 1, '7 bytes cannot hold 2147483647 records'],
    ['one record more than there is', least, 2, '7 bytes cannot hold 2 records'],
    ['bytes behind the last record', `${least} 00`, 1, '1 bytes behind the last record'],
    ['a count of none and a body', least, 0, '7 bytes behind the last record'],
    ['a record longer than it says', '0a 00 00 00 01 01 00', 1, 'record 0 does not fill its 5 bytes'],
    ['a record shorter than it says', `0e 00 00 00 01 01 00 00`, 1, 'record 0 does not fill its 7 bytes'],
    ['a negative record length', '01 00 00 00 01 01 00', 1, 'record 0 does not fill its -1 bytes'],
    ['a length that never ends', 'ff ff ff ff ff ff ff', 1, 'a varint of more than 5 bytes'],
    ['a time that never ends', '18 00 ff ff ff ff ff ff ff ff ff ff ff', 1, 'a varlong of more than 10 bytes'],
    ['a key longer than the batch', '0c 00 00 00 7e 01 00', 1, '63 bytes wanted, 2 left'],
    ['a key of length -2', '0c 00 00 00 03 01 00', 1, 'negative length -2'],
    ['a value of length -2', '0c 00 00 00 01 03 00', 1, 'negative length -2'],
    ['a negative header count', '0c 00 00 00 01 01 01', 1, '0 bytes cannot hold -1 headers'],
    ['a thousand million headers', '14 00 00 00 01 01 ff ff ff ff 0f', 1, '0 bytes cannot hold -2147483648 headers'],
    ['more headers than bytes', '12 00 00 00 01 01 fe 07 00 00', 1, '2 bytes cannot hold 511 headers'],
    ['a header without a name', '10 00 00 00 01 01 02 01 01', 1, 'negative length -1'],
  ];

  it.each(cases)('with %s is refused', async (_name, body, recordCount, message) => {
    const batch = await batchAround(body, recordCount);
    const error = await decodeRecords(batch, onlyHeader(batch)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CorruptRecordBatchError);
    expect((error as Error).message).toContain('Corrupt record batch at byte 0: ');
    expect((error as Error).message).toContain(message);
  });

  it('is refused when it is not compressed the way it says', async () => {
    const batch = await batchAround(least, 1);
    batch.writeInt16BE(1, FIELD.attributes);
    const error = await decodeRecords(batch, onlyHeader(batch)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CorruptRecordBatchError);
    expect((error as Error).message).toContain('Cannot decompress gzip');
  });

  it('is refused in compressed form, too', async () => {
    const batch = await batchAround(`${least} 00`, 1, await loadCodec('lz4'));
    await expect(decodeRecords(batch, onlyHeader(batch))).rejects.toThrow('1 bytes behind the last record');
  });

  it('is refused when the header is of a longer buffer', async () => {
    const batch = await batchAround(least, 1);
    const header = onlyHeader(batch);
    await expect(decodeRecords(batch.subarray(0, -2), header)).rejects.toThrow(CorruptRecordBatchError);
  });
});
