/**
 * `npm run soak:embedded -- --minutes 10`: an embedded cluster under random load, and whether its memory stands still. The method is in README.md.
 *
 * Processes with producers, consumers in groups and transactions come, go and crash, topics are created and deleted, brokers are stopped, frozen and cut off. Every ten
 * seconds the garbage is collected and one line printed. The verdict is the slope of what is left, and what is there when all clients have gone.
 *
 * `--leak 2` keeps 2 MiB a minute on purpose: the verdict must be GROWS.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedKafka } from 'embedded-kafka';
import { CountingClock } from './embedded-soak/clock.mjs';
import { Load } from './embedded-soak/load.mjs';
import { handlesOfOurs, headLine, lineOf, memoryInUse, sample } from './embedded-soak/samples.mjs';
import { notOver, statesOf } from './embedded-soak/states.mjs';
import { verdictOn } from './embedded-soak/verdict.mjs';

const SAMPLE_MS = 10_000;
/** Everything that expires does so many times within a run, else a steady state could not be told from growth. */
const SHORT_LIVES = {
  logCleanupIntervalMs: 5_000,
  producerIdExpirationMs: 20_000,
  transactionalIdExpirationMs: 20_000,
  transactionAbortIntervalMs: 2_000,
};
/** What may follow each other after the last client: 10 s of its transaction, 20 s of its ids, and each time up to 5 s until somebody looks. */
const REST_WITHIN_MS = 60_000;

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
const gc = runInNewContext('gc');
const unhandled = [];
process.on('unhandledRejection', (reason) => {
  console.log('!!', reason);
  unhandled.push(reason);
});

const clock = new CountingClock();
const kafka = await EmbeddedKafka.start({
  brokers: 3,
  seed,
  clock,
  maxLoggedRequests: 20_000,
  groupInitialRebalanceDelayMs: 50,
  ...SHORT_LIVES,
});
await collectGarbage();
const before = memoryInUse();
const load = new Load(kafka, seed);
load.start();
console.log(`soak: ${minutes} minutes, --seed ${seed}${leakMib > 0 ? ` --leak ${leakMib}` : ''}`);

const samples = [];
const leaked = [];
const startedAt = performance.now();
while (performance.now() - startedAt < minutes * 60_000) {
  await sleep(SAMPLE_MS);
  const failures = kafka.requests().filter(({ failure }) => failure !== undefined);
  kafka.clearRequests();
  for (const { api, failure } of failures) unhandled.push(new Error(`${api} showed a defect`, { cause: failure }));
  leaked.push(Buffer.alloc((leakMib * 2 ** 20 * SAMPLE_MS) / 60_000, 1));
  await collectGarbage();
  samples.push(sample(kafka, clock, load, performance.now() - startedAt));
  if (samples.length === 1) console.log(headLine(samples[0]));
  console.log(lineOf(samples.at(-1)));
}

await load.stop();
const rest = await comeToRest();
await kafka.stop();
await sleep(100);
const left = handlesOfOurs();
const verdict = verdictOn(samples);
console.log(verdict.text);
console.log(`${rest.isAtRest ? 'AT REST' : 'NOT AT REST'} ${rest.text}`);
console.log(`errors that clients met: ${JSON.stringify(Object.fromEntries(load.errors))}`);
if (left.length > 0) console.log(`left after stop: ${left.join(', ')}`);
for (const reason of unhandled) console.log('!!', reason);
process.exitCode = verdict.isFlat && rest.isAtRest && left.length === 0 && unhandled.length === 0 ? 0 : 1;

/** What a collection frees outside of the heap is free after a turn, and what only that had kept alive is found by the next. */
async function collectGarbage() {
  for (let time = 0; time < 2; time++) {
    gc();
    await turn();
  }
}

/** Until nothing is left of the clients: no connection, no socket, no timer of the cluster or of anybody, no state that passes. */
async function comeToRest() {
  const sinceMs = performance.now();
  let left = [];
  do {
    await sleep(1_000);
    const handles = handlesOfOurs().filter((name) => name === 'TCPSocketWrap' || name === 'Timeout');
    left = [...notOver(statesOf(kafka, clock)), ...handles];
  } while (left.length > 0 && performance.now() - sinceMs < REST_WITHIN_MS);
  kafka.clearRequests();
  await collectGarbage();
  const after = `${Math.round((performance.now() - sinceMs) / 1000)} s after the last client`;
  const memory = `${memoryInUse().usedMib.toFixed(1)} MiB in use, ${before.usedMib.toFixed(1)} before the first`;
  if (left.length === 0)
    return { isAtRest: true, text: `${after}: no connection, no timer, no state of clients; ${memory}` };
  return { isAtRest: false, text: `${after}: ${left.join(', ')}; timers ${JSON.stringify(clock.owners)}; ${memory}` };
}
