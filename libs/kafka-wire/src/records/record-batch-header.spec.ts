import { describe, expect, it } from 'vitest';
import { loadCodec } from '../compression/load-codec.js';
import { encodeControlRecord } from './control-record.js';
import { encodeRecordBatch } from './encode-record-batch.js';
import { FIELD } from './record-batch-builder.js';
import { CorruptRecordBatchError } from './record-batch.errors.js';
import { decodeRecordBatchHeaders, verifyRecordBatch, type RecordBatchHeader } from './record-batch-header.js';

const producer = { producerId: Buffer.from('00000000000003e9', 'hex'), producerEpoch: 7, baseSequence: 4_000 };
const record = { key: 'k', value: 'v', timestamp: 1_700_000_000_000 };

function onlyHeader(batch: Buffer): RecordBatchHeader {
  const [header, ...others] = decodeRecordBatchHeaders(batch);
  if (!header || others.length > 0) throw new Error('one batch expected');
  return header;
}

describe('decodeRecordBatchHeaders', () => {
  it('reads every field of a batch', async () => {
    const batch = await encodeRecordBatch({
      records: [record, { ...record, timestamp: record.timestamp + 5 }, record],
      codec: await loadCodec('zstd'),
      baseOffset: 2 ** 40 + 1,
      partitionLeaderEpoch: 3,
      producer: { ...producer, isTransactional: true },
    });
    const [header] = decodeRecordBatchHeaders(batch);
    expect(header).toEqual({
      position: 0,
      sizeBytes: batch.length,
      baseOffset: 2 ** 40 + 1,
      partitionLeaderEpoch: 3,
      magic: 2,
      crc: batch.readUInt32BE(FIELD.crc),
      attributes: 0x14,
      compressionType: 'zstd',
      timestampType: 'create',
      isTransactional: true,
      isControl: false,
      hasDeleteHorizon: false,
      lastOffsetDelta: 2,
      baseTimestamp: 1_700_000_000_000,
      maxTimestamp: 1_700_000_000_005,
      producerId: producer.producerId,
      producerEpoch: 7,
      baseSequence: 4_000,
      recordCount: 3,
    });
  });

  it('says of a batch without a producer that its id, epoch and sequence are -1', async () => {
    const [header] = decodeRecordBatchHeaders(await encodeRecordBatch({ records: [record] }));
    expect(header).toMatchObject({ producerId: Buffer.alloc(8, 0xff), producerEpoch: -1, baseSequence: -1 });
    expect(header).toMatchObject({ baseOffset: 0, partitionLeaderEpoch: -1, isTransactional: false });
  });

  it('recognises a control batch and the time type', async () => {
    const marker = encodeControlRecord({ type: 'commit', coordinatorEpoch: 0 });
    const stamp = { ...producer, baseSequence: -1, isTransactional: true };
    const control = await encodeRecordBatch({
      records: [{ ...marker, timestamp: 1 }],
      producer: stamp,
      isControl: true,
    });
    const appended = await encodeRecordBatch({ records: [record], appendTimestamp: 99 });
    const headers = decodeRecordBatchHeaders(Buffer.concat([control, appended]));
    expect(headers).toMatchObject([
      { isControl: true, isTransactional: true, timestampType: 'create', baseSequence: -1 },
      { isControl: false, isTransactional: false, timestampType: 'append', maxTimestamp: 99 },
    ]);
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('names the compression %s', async (type) => {
    const batch = await encodeRecordBatch({ records: [record], codec: await loadCodec(type) });
    expect(decodeRecordBatchHeaders(batch)[0]).toMatchObject({ compressionType: type });
  });

  it('recognises a delete horizon', async () => {
    const batch = await encodeRecordBatch({ records: [record] });
    batch.writeInt16BE(0x40, FIELD.attributes);
    expect(decodeRecordBatchHeaders(batch)[0]).toMatchObject({ hasDeleteHorizon: true });
  });

  it('walks batches that lie one behind the other', async () => {
    const batches = await Promise.all([1, 2, 3].map((n) => encodeRecordBatch({ records: Array(n).fill(record) })));
    const headers = decodeRecordBatchHeaders(Buffer.concat(batches));
    expect(headers.map(({ recordCount }) => recordCount)).toEqual([1, 2, 3]);
    const [first = 0, second = 0] = batches.map(({ length }) => length);
    expect(headers.map(({ position }) => position)).toEqual([0, first, first + second]);
  });

  it('leaves out a last batch that is cut short, wherever it is cut', async () => {
    const batch = await encodeRecordBatch({ records: [record] });
    for (let cut = 0; cut < batch.length; cut++) {
      expect(decodeRecordBatchHeaders(Buffer.concat([batch, batch.subarray(0, cut)])), `cut at ${cut}`).toHaveLength(1);
    }
  });

  it('finds nothing in nothing', () => {
    expect(decodeRecordBatchHeaders(Buffer.alloc(0))).toEqual([]);
  });
});

describe('a hostile header', () => {
  const cases: readonly [name: string, damage: (batch: Buffer) => void, message: string][] = [
    ['a length of -1', (b) => b.writeInt32BE(-1, FIELD.length), 'its size of 11 bytes is less than a header'],
    ['the least possible length', (b) => b.writeInt32BE(-(2 ** 31), FIELD.length), 'is less than a header'],
    ['a length of 0, which would never end', (b) => b.writeInt32BE(0, FIELD.length), 'its size of 12 bytes'],
    ['a length of -12, which would never move', (b) => b.writeInt32BE(-12, FIELD.length), 'its size of 0 bytes'],
    ['a length one byte short of a header', (b) => b.writeInt32BE(48, FIELD.length), 'its size of 60 bytes'],
    ['the format of Kafka 0.8', (b) => b.writeInt8(0, FIELD.magic), 'format version 0 was written before Kafka 0.11'],
    ['the format of Kafka 0.10', (b) => b.writeInt8(1, FIELD.magic), 'format version 1 was written before Kafka 0.11'],
    ['a format to come', (b) => b.writeInt8(3, FIELD.magic), 'format version 3 is unknown'],
    ['compression 5', (b) => b.writeInt16BE(5, FIELD.attributes), 'compression 5 is unknown'],
    ['compression 7', (b) => b.writeInt16BE(7, FIELD.attributes), 'compression 7 is unknown'],
    ['a negative record count', (b) => b.writeInt32BE(-1, FIELD.recordCount), 'its record count is negative'],
    ['a negative last offset', (b) => b.writeInt32BE(-1, FIELD.lastOffsetDelta), 'its last offset delta is negative'],
    ['a time beyond 2^53', (b) => b.fill(0x7f, FIELD.baseTimestamp, FIELD.baseTimestamp + 8), 'has no exact number'],
    ['an offset beyond 2^53', (b) => b.fill(0x7f, 0, 8), 'has no exact number'],
  ];

  it.each(cases)('with %s is refused, and the error says where', async (_name, damage, message) => {
    const good = await encodeRecordBatch({ records: [record] });
    const bad = Buffer.from(good);
    damage(bad);
    const attempt = (): unknown => decodeRecordBatchHeaders(Buffer.concat([good, bad]));
    expect(attempt).toThrow(CorruptRecordBatchError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(`at byte ${good.length}`);
  });
});

describe('verifyRecordBatch', () => {
  it('holds for a batch as it was written, also in the middle of others', async () => {
    const batch = await encodeRecordBatch({ records: [record] });
    const three = Buffer.concat([batch, batch, batch]);
    expect(decodeRecordBatchHeaders(three).map((header) => verifyRecordBatch(three, header))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('fails when any byte behind the checksum, or the checksum itself, has changed', async () => {
    const batch = await encodeRecordBatch({ records: [record] });
    const header = onlyHeader(batch);
    for (let i = FIELD.attributes; i < batch.length; i++) {
      const damaged = Buffer.from(batch);
      damaged.writeUInt8(damaged.readUInt8(i) ^ 1, i);
      expect(verifyRecordBatch(damaged, header), `byte ${i}`).toBe(false);
    }
    expect(verifyRecordBatch(batch, { ...header, crc: header.crc ^ 1 })).toBe(false);
  });

  it('holds when the broker has assigned offset and leader epoch: they lie outside', async () => {
    const batch = await encodeRecordBatch({ records: [record] });
    batch.writeInt32BE(77, FIELD.baseOffset + 4);
    batch.writeInt32BE(5, FIELD.partitionLeaderEpoch);
    expect(verifyRecordBatch(batch, onlyHeader(batch))).toBe(true);
  });

  it('fails for a header that reaches beyond the buffer', async () => {
    const batch = await encodeRecordBatch({ records: [record] });
    const header = onlyHeader(batch);
    expect(verifyRecordBatch(batch.subarray(0, -1), header)).toBe(false);
  });

  it('uses the checksum it is given', async () => {
    const batch = await encodeRecordBatch({ records: [record] });
    const header = onlyHeader(batch);
    expect(verifyRecordBatch(batch, header, () => header.crc + 1)).toBe(false);
  });
});
