/** The other side of `VisibilityProbe`: kafkajs on both ends, which knows nothing of what is measured. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { Latencies } from '../latencies.mjs';
import { PARTITIONS } from './scenarios.mjs';

const EVERY_MS = 10;
const PROBE = 'probe-';

const { brokers, topic } = JSON.parse(process.argv[2]);
const client = new kafkajs.Kafka({ clientId: 'bench-probe', brokers, logLevel: kafkajs.logLevel.NOTHING });
const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
const consumer = client.consumer({ groupId: `probe-${topic}`, readUncommitted: false, maxWaitTimeInMs: 5 });
/** @type {Map<string, number>} when it was sent */
const underWay = new Map();
let delays = new Latencies();
let sent = 0;
let isSending = true;

async function start() {
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ autoCommit: false, eachBatch: async ({ batch }) => take(batch.messages) });
  await joined;
  // The first ones connect.
  for (let index = 0; index < PARTITIONS; index++) await send(index);
}

function take(messages) {
  const now = performance.now();
  for (const { key } of messages) {
    const name = key?.toString();
    if (!name?.startsWith(PROBE)) continue;
    const startedAt = underWay.get(name);
    if (startedAt !== undefined) delays.record(now - startedAt);
    underWay.delete(name);
  }
}

async function send(number) {
  const key = `${PROBE}${number}`;
  underWay.set(key, performance.now());
  await producer.send({ topic, acks: -1, messages: [{ key, value: 'probe', partition: number % PARTITIONS }] });
  sent++;
}

async function sendOn() {
  for (let number = PARTITIONS; isSending; number++) {
    await send(number);
    await sleep(EVERY_MS);
  }
}

async function answer(question) {
  if (question === 'stop') {
    isSending = false;
    await sending;
  }
  const told = { p50Ms: delays.quantile(0.5), p99Ms: delays.quantile(0.99), count: delays.count, sent };
  if (question === 'forget') delays = new Latencies();
  process.send?.(told);
}

await start();
const sending = sendOn();
process.on('message', (question) => void answer(question));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
