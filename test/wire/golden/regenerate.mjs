// @ts-check
import { execFileSync } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startApacheKafka } from '../../apache-kafka/launcher.mjs';
import { librdkafkaRecords } from './librdkafka-records.mjs';

/** `node test/wire/golden/regenerate.mjs`: starts Apache Kafka, writes the scenario and copies what lies in its logs. See README.md. */

/** @typedef {Awaited<ReturnType<typeof startApacheKafka>>} ApacheKafka */

const SEGMENT = '00000000000000000000.log';
/** Times of the scenario lie years apart from those of its markers: a log rolled by time would be cut between the two. */
const ONE_SEGMENT = { 'segment.ms': '9223372036854775807' };
/** A segment per batch, so that all but the last one, the active one, are cleaned. */
const COMPACTION = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.0001', 'segment.ms': '1000' };
/** Offset of the scenario's last batch in the topic `compacted`. */
const CLEANED = /^compacted 0 8$/m;

/** @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */
const TOPICS = {
  none: ONE_SEGMENT,
  gzip: ONE_SEGMENT,
  snappy: ONE_SEGMENT,
  lz4: ONE_SEGMENT,
  zstd: ONE_SEGMENT,
  'append-time': { ...ONE_SEGMENT, 'message.timestamp.type': 'LogAppendTime' },
  'not-idempotent': ONE_SEGMENT,
  transactions: ONE_SEGMENT,
  compacted: COMPACTION,
  'console-producer': ONE_SEGMENT,
  'perf-producer': ONE_SEGMENT,
  'librdkafka-gzip': ONE_SEGMENT,
  'librdkafka-snappy': ONE_SEGMENT,
  'librdkafka-lz4': ONE_SEGMENT,
  'librdkafka-zstd': ONE_SEGMENT,
};

delete process.env['KAFKA_BROKERS']; // of a cluster started elsewhere the logs cannot be read
const kafka = await startApacheKafka({ serverProperties: { 'log.cleaner.backoff.ms': '100' } });
try {
  for (const [name, configs] of Object.entries(TOPICS)) await kafka.createTopic({ name, configs });
  await run(file('WriteGolden.java'), [bootstrap()], await readFile(file('scenario.json'), 'utf8'));
  await runConsoleProducer();
  await runPerfProducer();
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) runKcat(codec);
  await untilCleaned();
  for (const name of Object.keys(TOPICS)) await copySegment(name);
} finally {
  await kafka.stop();
}

async function runConsoleProducer() {
  const properties = ['parse.key=true', 'parse.headers=true', 'null.marker=NULL'];
  const args = ['--bootstrap-server', bootstrap(), '--topic', 'console-producer', '--compression-codec', 'snappy'];
  const lines = ['h1:v1,h2:v2\tkey-1\tvalue-1', 'h1:NULL\tNULL\tvalue-2', 'h1:v1\tkey-3\tNULL'];
  await run(
    'org.apache.kafka.tools.ConsoleProducer',
    [...args, ...properties.flatMap((property) => ['--reader-property', property])],
    `${lines.join('\n')}\n`,
  );
}

/** Many transactions of random text: one ends every 20 ms. */
async function runPerfProducer() {
  const load = ['--num-records', '60', '--record-size', '100', '--throughput', '400'];
  const transactions = ['--transactional-id', 'golden-perf', '--transaction-duration-ms', '20'];
  const properties = ['--producer-props', `bootstrap.servers=${bootstrap()}`, 'compression.type=zstd', 'linger.ms=5'];
  await run('org.apache.kafka.tools.ProducerPerformance', [
    '--topic',
    'perf-producer',
    ...load,
    ...transactions,
    ...properties,
  ]);
}

/** @param {string} codec */
function runKcat(codec) {
  const input = librdkafkaRecords().map(({ key, value }) => `${key}:${value}\n`);
  const args = ['-b', bootstrap(), '-P', '-t', `librdkafka-${codec}`, '-K:', '-z', codec, '-X', 'linger.ms=1000'];
  execFileSync('kcat', args, { input: input.join('') });
}

async function untilCleaned() {
  const checkpoint = join(dataDir(), 'cleaner-offset-checkpoint');
  while (!CLEANED.test(await readFile(checkpoint, 'utf8').catch(() => ''))) await delay(100);
}

/** The log, and Kafka's own reading of it. @param {string} topic */
async function copySegment(topic) {
  const segment = join(dataDir(), `${topic}-0`, SEGMENT);
  await copyFile(segment, file(`${topic}.segment`));
  const dump = await run('org.apache.kafka.tools.DumpLogSegments', ['--deep-iteration', '--files', segment]);
  const lines = dump.split('\n').filter((line) => /^(baseOffset|\| offset): /.test(line));
  await writeFile(file(`${topic}.dump.txt`), `${lines.join('\n')}\n`);
}

/** @param {string} main @param {readonly string[]} args @param {string} [input] */
async function run(main, args, input = '') {
  const { stdout, stderr, code } = await kafka.run(main, args, { input });
  if (code !== 0) throw new Error(`${main} ended with ${code}: ${stderr}`);
  return stdout;
}

function bootstrap() {
  return kafka.bootstrap.join(',');
}

function dataDir() {
  return join(kafka.dataDir ?? '', 'node-1', 'data');
}

/** @param {string} name */
function file(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}
