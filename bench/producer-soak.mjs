/**
 * `npm run soak -- --minutes 10`: our producer under random load, on brokers that misbehave, and whether anything is lost, doubled, reordered or kept. The method is
 * in README.md.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { verdictOn } from './embedded-soak/verdict.mjs';
import { Checker } from './producer-soak/checker.mjs';
import { Child } from './producer-soak/child.mjs';
import { producersOf } from './producer-soak/settings.mjs';
import { StatusLine } from './producer-soak/status-line.mjs';

const WINDOW_MS = 10_000;
/** Trouble ends before the window does, so that what it delayed is delivered within it. */
const TROUBLE_SHARE = 0.7;
const SABOTAGES = ['leak', 'handle', 'lose', 'double'];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    brokers: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    sabotage: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed) || (values.sabotage && !SABOTAGES.includes(values.sabotage)))
  throw new Error(`usage: soak [--minutes 10] [--seed 1] [--brokers host:port,…] [--sabotage ${SABOTAGES.join('|')}]`);

const line = new StatusLine();
const startedAt = performance.now();
const cluster = values.brokers === undefined ? new Child('cluster.mjs', String(seed)) : undefined;
const brokers = values.brokers?.split(',') ?? (await cluster.ask(undefined, 'bootstrap')).bootstrap;
const producers = producersOf(randomBytes(3).toString('hex'));
const topics = producers.flatMap((producer) => producer.topics);
const admin = await createTopics();
cluster?.tell({ topics });
const producer = new Child(
  'producer.mjs',
  JSON.stringify({ brokers, seed, producers, sabotage: values.sabotage }),
  show,
);
const checker = new Checker(
  brokers,
  topics.map(({ name }) => name),
);

/** What is wrong: one line each. */
const problems = [];
const samples = [];
let checked = 0;
let incidents = 0;

line.say(`soak: ${minutes} minutes on ${cluster ? 'an embedded cluster of three' : brokers.join(',')}, --seed ${seed}`);
try {
  await producer.ask(undefined, 'ready');
  while (performance.now() - startedAt < minutes * 60_000) await window();
  await end();
} finally {
  await admin.disconnect();
  producer.kill();
  cluster?.kill();
}

async function window() {
  await producer.ask('start', 'started');
  cluster?.tell({ command: 'trouble' });
  await sleep(WINDOW_MS * TROUBLE_SHARE);
  const calm = await cluster?.ask({ command: 'calm' }, 'calm');
  incidents = calm?.incidents ?? 0;
  for (const defect of calm?.defects ?? []) report(`a broker showed a defect: ${defect}`);
  await sleep(WINDOW_MS * (1 - TROUBLE_SHARE));
  const { window: sent, inTime } = await producer.ask('settle', 'window');
  if (!inTime) report('not everything was settled in time');
  const { sample } = await producer.ask('sample', 'sample');
  samples.push(sample);
  for (const [name, value] of Object.entries(sample.left))
    if (value !== 0) report(`${name} is ${value} and nothing is under way`);
  const { violations, text, read } = await checker.check(sent);
  checked += read;
  if (violations > 0) report(`the history is not clean: ${text}`);
  await trim();
}

async function end() {
  const { closed, unhandled, errors, stats } = await producer.ask('close', 'closed');
  if (closed.length > 0) report(`left after the application was closed: ${closed.join(', ')}`);
  if (unhandled > 0) report(`${unhandled} promises were rejected that nobody waits for`);
  const { isFlat, text } = verdictOn(samples);
  line.say(text);
  if (!isFlat) report('what the process uses is not shown to be flat');
  line.say(
    `${checked} records read and checked in ${samples.length} windows, ${stats.retriedBatches} batches retried, ${incidents} incidents`,
  );
  line.say(`errors that callers met: ${JSON.stringify(Object.fromEntries(errors))}`);
  line.say(problems.length === 0 ? 'CLEAN' : `NOT CLEAN: ${problems.length} problems, the first: ${problems[0]}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function report(problem) {
  problems.push(problem);
  line.say(`!! ${problem}`);
}

function show({
  sent,
  ok,
  failed,
  possibly,
  unsettled,
  bufferedRecords,
  inFlightRequests,
  retriedBatches,
  usedMib,
  rssMib,
}) {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const fate = `${sent} sent, ${ok} acknowledged, ${failed} failed, ${possibly} in doubt, ${unsettled} under way`;
  const state = `${bufferedRecords} buffered, ${inFlightRequests} in flight, ${retriedBatches} batches retried`;
  line.show(
    `${seconds} s  ${fate} | ${state} | ${usedMib.toFixed(0)} MiB, rss ${rssMib.toFixed(0)} | ${problems.length} problems`,
  );
}

async function createTopics() {
  const client = new kafkajs.Kafka({ clientId: 'soak-admin', brokers, logLevel: kafkajs.logLevel.NOTHING });
  const connected = client.admin();
  await connected.connect();
  const { brokers: nodes } = await connected.describeCluster();
  const replicationFactor = Math.min(3, nodes.length);
  const safe = replicationFactor === 3 ? { 'min.insync.replicas': '2' } : {};
  await connected.createTopics({
    topics: topics.map(({ name, partitions, configs }) => {
      const configEntries = Object.entries({ ...safe, ...configs }).map(([key, value]) => ({ name: key, value }));
      return { topic: name, numPartitions: partitions, replicationFactor, configEntries };
    }),
    waitForLeaders: true,
  });
  return connected;
}

/** What is checked is deleted: else the brokers would grow. */
async function trim() {
  for (const { name } of topics) {
    const offsets = await admin.fetchTopicOffsets(name);
    await admin.deleteTopicRecords({
      topic: name,
      partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
    });
  }
}
