import type { CompressionType } from 'kafka-wire';
import { expect, it } from 'vitest';

import { BATCH_FIELD, batchOf, recordBytes, sealed, someRecords, withRecordBytes } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { outcomeOf, produceRaw } from '../support/produced-partition.js';

const TYPES: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** What is done to the records of a batch of three, before they are compressed. */
const RECORD_DAMAGES: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  nothing: (body) => body,
  'an offset that repeats': (body) => patched(body, secondRecord(body) + 3, 0),
  'bytes behind the last record': (body) => Buffer.concat([body, Buffer.from([1, 2, 3])]),
  'the end cut off': (body) => body.subarray(0, -4),
  'a record longer than its content': (body) => patched(body, 0, (body[0] as number) + 2),
  'a key that is too long': (body) => patched(body, 4, 0x7e),
  'a negative number of headers': (body) => patched(body, secondRecord(body) - 1, 1),
  'headers that are not there': (body) => patched(body, secondRecord(body) - 1, 4),
  'attributes nobody defined': (body) => patched(body, 1, 1),
  'only zeroes': (body) => Buffer.alloc(body.length),
  'only ones': (body) => Buffer.alloc(body.length, 0xff),
};

/** What is done to the header of a batch of three, or to its compressed bytes. */
const BATCH_DAMAGES: Readonly<Record<string, (batch: Buffer) => void>> = {
  'five records said': (it) => counts(it, 5),
  'two records said': (it) => counts(it, 2),
  'no record said': (it) => counts(it, 0),
  'a count that does not fit the offsets': (it) => it.writeInt32BE(2, BATCH_FIELD.recordCount),
  'a negative count': (it) => it.writeInt32BE(-2, BATCH_FIELD.recordCount),
  'other bytes than its compression makes': (it) => it.fill(0x11, 61),
};

/**
 * By damage and whether the batch is compressed. A compressed batch is read with a reader that looks over the sizes of records; where Kafka
 * trips, its answer is UNKNOWN_SERVER_ERROR.
 */
const ANSWERS: Readonly<Record<string, readonly [plain: number | string, compressed: number | string]>> = {
  nothing: [0, 0],
  'an offset that repeats': [0, 'UNKNOWN_SERVER_ERROR'],
  'a record longer than its content': ['INVALID_RECORD', 0],
  'attributes nobody defined': [0, 0],
  'only ones': ['UNKNOWN_SERVER_ERROR', 'INVALID_RECORD'],
  'other bytes than its compression makes': ['INVALID_RECORD', 'UNKNOWN_SERVER_ERROR'],
};

const answerTo = (damage: string, type: CompressionType) =>
  ANSWERS[damage]?.[type === 'none' ? 0 : 1] ?? 'INVALID_RECORD';

describeOnEachKafka('records that are produced', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';

  it.each(
    TYPES.flatMap((type) => Object.entries(RECORD_DAMAGES).map(([name, damage]) => [type, name, damage] as const)),
  )('in a batch with compression %s that has %s', async (type, name, damage) => {
    const topic = await kafka().createTopic();
    const batch = await batchOf(someRecords(3));
    const records = await withRecordBytes(batch, damage(recordBytes(batch)), type);
    expect(outcomeOf(await produceRaw(address(), { topic, records }))).toBe(answerTo(name, type));
  });

  it.each(
    TYPES.flatMap((type) => Object.entries(BATCH_DAMAGES).map(([name, damage]) => [type, name, damage] as const)),
  )('in a batch with compression %s and %s', async (type, name, damage) => {
    const topic = await kafka().createTopic();
    const records = sealed(await batchOf(someRecords(3), type), damage);
    expect(outcomeOf(await produceRaw(address(), { topic, records }))).toBe(answerTo(name, type));
  });

  it('cannot be in a compression nobody knows', async () => {
    const topic = await kafka().createTopic();
    const records = sealed(await batchOf(someRecords(3)), (it) => it.writeInt16BE(6, BATCH_FIELD.attributes));
    expect(outcomeOf(await produceRaw(address(), { topic, records }))).toBe('UNKNOWN_SERVER_ERROR');
  });

  it('cannot be in zstd before version 7', async () => {
    const topic = await kafka().createTopic();
    const records = await batchOf(someRecords(3), 'zstd');
    const answers = [
      await produceRaw(address(), { topic, records, version: 6 }),
      await produceRaw(address(), { topic, records, version: 7 }),
    ];
    expect(answers.map(outcomeOf)).toEqual(['UNSUPPORTED_COMPRESSION_TYPE', 0]);
  });
});

function patched(body: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(body);
  copy[at] = byte;
  return copy;
}

/** Records of a test are so short that their length is one byte. */
function secondRecord(body: Buffer): number {
  return ((body[0] as number) >> 1) + 1;
}

function counts(batch: Buffer, recordCount: number): void {
  batch.writeInt32BE(recordCount, BATCH_FIELD.recordCount);
  batch.writeInt32BE(recordCount - 1, BATCH_FIELD.lastOffsetDelta);
}
