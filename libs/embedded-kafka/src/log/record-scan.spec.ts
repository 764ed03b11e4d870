import { encodeRecordBatch, type RecordInput } from 'kafka-wire';
import { describe, expect, it } from 'vitest';
import { MalformedRecordsError } from './byte-cursor.js';
import { scanRecords, type RecordRules, type ScannedBatch } from './record-scan.js';

const HEADER_BYTES = 61;
const BASE = 1_700_000_000_000;
const ANYTHING: RecordRules = { needsKeys: false, timestamps: undefined };

async function batchOf(records: readonly RecordInput[]): Promise<ScannedBatch> {
  const bytes = await encodeRecordBatch({ records });
  return {
    bytes: bytes.subarray(HEADER_BYTES),
    start: 0,
    end: bytes.length - HEADER_BYTES,
    recordCount: records.length,
    baseTimestamp: records[0]?.timestamp ?? 0,
    appendTimestamp: undefined,
    checksSizes: true,
  };
}

const three = [
  { key: 'a', value: 'x', timestamp: BASE },
  { key: null, value: 'y', timestamp: BASE + 90_000, headers: [{ key: 'h', value: null }] },
  { key: '', value: null, timestamp: BASE - 9_000_000_000 },
];

describe('scanRecords', () => {
  it('finds the largest time and nothing wrong with sound records', async () => {
    expect(scanRecords(await batchOf(three), ANYTHING)).toEqual({
      faulty: [],
      maxTimestamp: BASE + 90_000,
      isInOrder: true,
    });
  });

  it('names every record without a key; an empty key is one', async () => {
    const { faulty } = scanRecords(await batchOf(three), { ...ANYTHING, needsKeys: true });
    expect(faulty).toEqual([{ index: 1, fault: 'no-key', timestamp: BASE + 90_000 }]);
  });

  it('names every record out of the range of times, both ends inclusive', async () => {
    const timestamps = { earliest: BASE, latest: BASE };
    const { faulty } = scanRecords(await batchOf(three), { needsKeys: false, timestamps });
    expect(faulty.map(({ index, fault }) => [index, fault])).toEqual([
      [1, 'timestamp-out-of-range'],
      [2, 'timestamp-out-of-range'],
    ]);
  });

  it('takes a record without a time, and refuses one with the time of a broker', async () => {
    const rules = { needsKeys: false, timestamps: { earliest: BASE, latest: BASE } };
    const timeless = await batchOf([{ value: 'x', timestamp: -1 }]);
    expect(scanRecords(timeless, rules)).toMatchObject({ faulty: [], maxTimestamp: -1 });
    const ofBroker = { ...(await batchOf([{ value: 'x', timestamp: BASE }])), appendTimestamp: 5 };
    expect(scanRecords(ofBroker, ANYTHING).faulty).toMatchObject([{ fault: 'timestamp-of-broker', timestamp: 5 }]);
  });

  it('notices records that do not count from 0', async () => {
    const batch = await batchOf(three);
    const bytes = Buffer.from(batch.bytes);
    bytes[3] = 4;
    expect(scanRecords({ ...batch, bytes }, ANYTHING).isInOrder).toBe(false);
  });

  it.each<[string, (batch: ScannedBatch) => Partial<ScannedBatch>]>([
    ['more records than there are', () => ({ recordCount: 4 })],
    ['fewer records than there are', () => ({ recordCount: 2 })],
    ['bytes that end early', ({ end }) => ({ end: end - 2 })],
    ['a size that is not the record’s', ({ bytes }) => ({ bytes: patched(bytes, 0, (bytes[0] as number) + 2) })],
    ['a key longer than everything', ({ bytes }) => ({ bytes: patched(bytes, 4, 0x7e) })],
  ])('throws on %s', async (_name, damage) => {
    const batch = await batchOf(three);
    expect(() => scanRecords({ ...batch, ...damage(batch) }, ANYTHING)).toThrow(MalformedRecordsError);
  });

  it('looks over the sizes of records where it is told to', async () => {
    const batch = await batchOf(three);
    const bytes = patched(batch.bytes, 0, (batch.bytes[0] as number) + 2);
    expect(scanRecords({ ...batch, bytes, checksSizes: false }, ANYTHING).faulty).toEqual([]);
  });
});

function patched(bytes: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = byte;
  return copy;
}
