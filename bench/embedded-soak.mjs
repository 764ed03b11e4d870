/**
 * `npm run soak:embedded -- --minutes 10`: an embedded cluster under random load, and whether its memory stands still. The method is in README.md.
 *
 * Processes with producers, consumers in groups and transactions come, go and crash, topics are created and deleted, brokers are stopped, frozen and cut off. Every ten
 * seconds the garbage is collected and one line printed. The verdict is the slope of what is left, and what is there when all clients have gone.
 *
 * `--leak 4` keeps 4 MiB a minute on purpose: the verdict must be GROWS.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedKafka } from 'embedded-kafka';
import { Load } from './embedded-soak/load.mjs';
import { handlesOfOurs, headLine, lineOf, sample, verdictOn } from './embedded-soak/samples.mjs';

const SAMPLE_MS = 10_000;
/** For the ends of connections to arrive, and what the last requests have set in motion. */
const WIND_DOWN_MS = 5_000;
/** What the cluster itself waits for: retention, compaction, sessions, the periodic look at transactions. */
const MAX_OWN_TIMERS = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    leak: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const leakMib = Number(values.leak);
if (!(minutes > 0) || !(leakMib >= 0) || !Number.isInteger(seed)) {
  throw new Error('usage: soak:embedded [--minutes 10] [--seed 1] [--leak <MiB a minute>]');
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const unhandled = [];
process.on('unhandledRejection', (reason) => {
  console.log('!!', reason);
  unhandled.push(reason);
});

const kafka = await EmbeddedKafka.start({
  brokers: 3,
  seed,
  maxLoggedRequests: 20_000,
  groupInitialRebalanceDelayMs: 50,
});
const load = new Load(kafka, seed);
load.start();
console.log(`soak: ${minutes} minutes, --seed ${seed}`);
console.log(headLine());

const samples = [];
const leaked = [];
const startedAt = performance.now();
while (performance.now() - startedAt < minutes * 60_000) {
  await sleep(SAMPLE_MS);
  const failures = kafka.requests().filter(({ failure }) => failure !== undefined);
  kafka.clearRequests();
  for (const { api, failure } of failures) unhandled.push(new Error(`${api} showed a defect`, { cause: failure }));
  collectGarbage();
  leaked.push(Buffer.alloc((leakMib * 2 ** 20 * SAMPLE_MS) / 60_000, 1));
  samples.push(sample(kafka, load, performance.now() - startedAt));
  console.log(lineOf(samples.at(-1)));
}

await load.stop();
await sleep(WIND_DOWN_MS);
const { connections } = sample(kafka, load, performance.now() - startedAt);
const sockets = handlesOfOurs().filter((name) => name === 'TCPSocketWrap').length;
const timers = handlesOfOurs().filter((name) => name === 'Timeout').length;
const isAtRest = connections === 0 && sockets === 0 && timers <= MAX_OWN_TIMERS;
await kafka.stop();
await sleep(100);
collectGarbage();
const left = handlesOfOurs();
const verdict = verdictOn(samples);
console.log(verdict.text);
console.log(
  `${isAtRest ? 'AT REST' : 'NOT AT REST'} without clients: ${connections} connections, ${sockets} sockets, ${timers} timers`,
);
console.log(`errors that clients met: ${JSON.stringify(Object.fromEntries(load.errors))}`);
if (left.length > 0) console.log(`left after stop: ${left.join(', ')}`);
for (const reason of unhandled) console.log('!!', reason);
process.exitCode = verdict.isFlat && isAtRest && left.length === 0 && unhandled.length === 0 ? 0 : 1;
