import {
  decodeRecordBatchHeaders,
  encodeControlRecord,
  encodeRecordBatch,
  loadCodec,
  type CompressionType,
  type RecordBatchInput,
} from 'kafka-wire';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runJava } from '../apache-kafka/launcher.mjs';
import { java } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';
import { scenarioBatches } from './golden/scenario.js';
import { asDumped, parseDump, type DumpedBatch } from './log-dump.js';

const [shapes = []] = scenarioBatches('none');
const producer = { producerId: Buffer.from('00000000000003e9', 'hex'), producerEpoch: 3, baseSequence: 70_000 };

/** Every codec at its default, and at the ends of its levels. */
const codecs: readonly [type: CompressionType, level?: number][] = [
  ['none'],
  ['gzip'],
  ['gzip', 0],
  ['gzip', 9],
  ['snappy'],
  ['lz4'],
  ['zstd'],
  ['zstd', -131072],
  ['zstd', 22],
];

describeNeeding([java], 'what we write, read by Kafka', () => {
  let folder: string;
  let written: Buffer;
  let dump: DumpedBatch[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'our-batches-'));
    written = await writeBatches();
    const segment = join(folder, '00000000000000000000.log');
    await writeFile(segment, written);
    const options = ['--deep-iteration', '--files', segment];
    const { stdout, stderr, code } = await runJava('org.apache.kafka.tools.DumpLogSegments', options);
    if (code !== 0) throw new Error(stderr);
    dump = parseDump(stdout);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has batches with the headers and valid checksums that we meant', () => {
    expect(dump.map(({ fields }) => fields)).toEqual(decodeRecordBatchHeaders(written).map(asDumped));
    expect(dump).toHaveLength(codecs.length + 2);
  });

  it.each(codecs.map(([type, level], index) => ({ type, level: level ?? 'default', index })))(
    'has every record compressed with $type, level $level',
    ({ index }) => {
      expect(dump[index]?.records).toEqual(
        shapes.map(({ timestamp, key, value, headers }, i) => ({
          offset: String(index * shapes.length + i),
          CreateTime: String(timestamp),
          keySize: String(key?.length ?? -1),
          valueSize: String(value?.length ?? -1),
          sequence: String(producer.baseSequence + i),
          headerKeys: `[${headers.map((header) => header.key).join(',')}]`,
        })),
      );
    },
  );

  it('has the markers of transactions', () => {
    const markers = dump.slice(-2).flatMap(({ records }) => records);
    expect(markers).toMatchObject([
      { endTxnMarker: 'COMMIT', coordinatorEpoch: '12' },
      { endTxnMarker: 'ABORT', coordinatorEpoch: '13' },
    ]);
  });
});

async function writeBatches(): Promise<Buffer> {
  const inputs: RecordBatchInput[] = [];
  for (const [type, level] of codecs) inputs.push({ records: shapes, producer, codec: await loadCodec(type, level) });
  for (const [type, coordinatorEpoch] of [
    ['commit', 12],
    ['abort', 13],
  ] as const) {
    const record = { ...encodeControlRecord({ type, coordinatorEpoch }), timestamp: 1_700_000_000_000 };
    inputs.push({
      records: [record],
      producer: { ...producer, baseSequence: -1, isTransactional: true },
      isControl: true,
    });
  }
  let baseOffset = 0;
  const batches: Buffer[] = [];
  for (const input of inputs) {
    batches.push(await encodeRecordBatch({ ...input, baseOffset, partitionLeaderEpoch: 4 }));
    baseOffset += input.records.length;
  }
  return Buffer.concat(batches);
}
