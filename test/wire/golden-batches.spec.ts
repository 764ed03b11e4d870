import {
  decodeControlRecord,
  decodeRecordBatchHeaders,
  decodeRecords,
  encodeRecordBatch,
  verifyRecordBatch,
  type DecodedRecord,
  type RecordBatchHeader,
} from 'kafka-wire';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { librdkafkaRecords } from './golden/librdkafka-records.mjs';
import { scenarioBatches } from './golden/scenario.js';
import { asDumped, parseDump, timeName, type DumpedBatch } from './log-dump.js';

const FOLDER = new URL('golden/', import.meta.url);

/** Log segments of Apache Kafka, by the topic they were written to. */
const segments = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.segment'))
  .map((name) => name.slice(0, -'.segment'.length));

interface Batch {
  readonly header: RecordBatchHeader;
  readonly records: readonly DecodedRecord[];
}

function bytesOf(topic: string): Buffer {
  return readFileSync(new URL(`${topic}.segment`, FOLDER));
}

function dumpOf(topic: string): DumpedBatch[] {
  return parseDump(readFileSync(new URL(`${topic}.dump.txt`, FOLDER), 'utf8'));
}

async function batchesOf(topic: string): Promise<Batch[]> {
  const bytes = bytesOf(topic);
  const headers = decodeRecordBatchHeaders(bytes);
  return Promise.all(headers.map(async (header) => ({ header, records: await decodeRecords(bytes, header) })));
}

describe.each(segments)("the log of the topic '%s'", (topic) => {
  const dump = dumpOf(topic);

  it('has the batches Kafka sees in it, to the last field', async () => {
    const headers = (await batchesOf(topic)).map(({ header }) => header);
    expect(headers.map(asDumped)).toEqual(dump.map(({ fields }) => fields));
  });

  it('has the records Kafka sees in it', async () => {
    const records = (await batchesOf(topic)).map((batch) =>
      batch.records.map((record) => recordAsDumped(batch, record)),
    );
    const expected = dump.map((batch) =>
      batch.records.map(({ sequence: _derived, endTxnMarker: _m, coordinatorEpoch: _c, ...fields }) => fields),
    );
    expect(records).toEqual(expected);
  });

  it('passes the checksums', () => {
    const bytes = bytesOf(topic);
    const headers = decodeRecordBatchHeaders(bytes);
    expect(headers.map((header) => verifyRecordBatch(bytes, header))).toEqual(headers.map(() => true));
    expect(headers.map(({ sizeBytes }) => sizeBytes).reduce((sum, size) => sum + size)).toBe(bytes.length);
  });
});

function recordAsDumped({ header }: Batch, { offset, timestamp, key, value, headers }: DecodedRecord) {
  return {
    offset: String(offset),
    [timeName(header)]: String(timestamp),
    keySize: String(key?.length ?? -1),
    valueSize: String(value?.length ?? -1),
    headerKeys: `[${headers.map((it) => it.key).join(',')}]`,
  };
}

describe('what the Java producer was given', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd', 'not-idempotent', 'transactions'])(
    "comes out of '%s'",
    async (topic) => {
      const batches = (await batchesOf(topic)).filter(({ header }) => !header.isControl);
      const records = batches.map((batch) => batch.records.map(({ offset: _assigned, ...record }) => record));
      expect(records).toEqual(scenarioBatches(topic));
    },
  );

  it('comes out with the time of the broker where the topic asks for it', async () => {
    const [batch] = await batchesOf('append-time');
    const [expected] = scenarioBatches('append-time');
    const timestamp = batch?.header.maxTimestamp;
    expect(batch?.records).toEqual(expected?.map((record, offset) => ({ ...record, offset, timestamp })));
  });

  it('comes out with the gaps the cleaner has made', async () => {
    const given = scenarioBatches('compacted').flat();
    const left = (await batchesOf('compacted')).map((batch) => batch.records);
    expect(left.map((records) => records.map(({ offset }) => offset))).toEqual([[0, 2], [4], [], [7]]);
    expect(left.flat()).toEqual([0, 2, 4, 7].map((offset) => ({ ...given[offset], offset })));
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('comes out of what librdkafka has compressed with %s', async (type) => {
    const batches = await batchesOf(`librdkafka-${type}`);
    const records = batches.flatMap((batch) => batch.records);
    expect(new Set(batches.map(({ header }) => header.compressionType))).toEqual(new Set([type]));
    expect(records.map(({ key, value }) => ({ key: text(key), value: text(value) }))).toEqual(librdkafkaRecords());
  });

  it('comes out of the console producer as it was typed', async () => {
    const [batch] = await batchesOf('console-producer');
    expect(
      batch?.records.map(({ key, value, headers }) => [
        text(key),
        text(value),
        headers.map((it) => [it.key, text(it.value)]),
      ]),
    ).toEqual([
      [
        'key-1',
        'value-1',
        [
          ['h1', 'v1'],
          ['h2', 'v2'],
        ],
      ],
      [null, 'value-2', [['h1', null]]],
      ['key-3', null, [['h1', 'v1']]],
    ]);
  });
});

function text(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString();
}

describe('the ends of transactions', () => {
  it.each(['transactions', 'perf-producer'])("in '%s' are told from records", async (topic) => {
    const control = (await batchesOf(topic)).filter(({ header }) => header.isControl);
    const dumped = dumpOf(topic).flatMap(({ records }) => records.filter(({ endTxnMarker }) => endTxnMarker));
    expect(dumped.length).toBeGreaterThan(1);
    expect(control.flatMap(({ records }) => records.map(decodeControlRecord))).toEqual(
      dumped.map(({ endTxnMarker, coordinatorEpoch }) => ({
        type: endTxnMarker?.toLowerCase(),
        coordinatorEpoch: Number(coordinatorEpoch),
      })),
    );
  });

  it("in 'transactions' are the ones that were asked for", async () => {
    const control = (await batchesOf('transactions')).filter(({ header }) => header.isControl);
    const types = control.flatMap(({ records }) => records.map((record) => decodeControlRecord(record)?.type));
    expect(types).toEqual(['commit', 'abort', 'commit']);
  });
});

describe('our encoder', () => {
  it.each(['none', 'not-idempotent', 'transactions', 'perf-producer'])(
    "writes every uncompressed batch of '%s' as Java and the broker have written it, byte for byte",
    async (topic) => {
      const bytes = bytesOf(topic);
      const uncompressed = (await batchesOf(topic)).filter(({ header }) => header.compressionType === 'none');
      const ours = await Promise.all(uncompressed.map(encodeAgain));
      const theirs = uncompressed.map(({ header }) =>
        bytes.subarray(header.position, header.position + header.sizeBytes),
      );
      expect(ours.map((batch, i) => theirs[i]?.equals(batch))).toEqual(theirs.map(() => true));
      expect(ours.length).toBeGreaterThan(0);
    },
  );
});

function encodeAgain({ header, records }: Batch): Promise<Buffer> {
  const { producerId, producerEpoch, baseSequence, baseOffset, partitionLeaderEpoch, isControl, isTransactional } =
    header;
  const producer = { producerId, producerEpoch, baseSequence, isTransactional };
  return encodeRecordBatch({ records, producer, baseOffset, partitionLeaderEpoch, isControl });
}
