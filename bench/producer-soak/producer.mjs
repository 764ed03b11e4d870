/**
 * The process under test: one producer per codec in a Nest application, and their callers. Its argument is a `SoakOrder`; it does what its parent says, window by
 * window.
 *
 * @typedef {object} SoakOrder
 * @property {string[]} brokers
 * @property {number} seed
 * @property {{ codec: string, topics: { name: string, partitions: number }[] }[]} producers
 * @property {'leak' | 'double' | 'lose' | 'handle' | undefined} sabotage what is done wrong on purpose
 */
import 'reflect-metadata';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { NestFactory } from '@nestjs/core';
import { getKafkaProducerToken, KafkaProducerModule } from 'nestjs-kafka-producer';
import { randomFrom } from '../embedded-soak/random.mjs';
import { handlesOfOurs } from '../embedded-soak/samples.mjs';
import { Callers } from './callers.mjs';
import { Ledger } from './ledger.mjs';
import { Sabotage } from './sabotage.mjs';
import { producerOptions, SETTLE_WITHIN_MS } from './settings.mjs';

const CALLERS_PER_PRODUCER = 2;
const STATUS_MS = 1000;
const GRACE_MS = 5000;
const MEBIBYTE = 2 ** 20;
const COLLECTIONS = 3;
const COLLECTION_PAUSE_MS = 100;

class SoakModule {}

/** @type {SoakOrder} */
const order = JSON.parse(process.argv[2]);
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
let unhandled = 0;
process.on('unhandledRejection', (reason) => {
  console.error('\n!! unhandled rejection', reason);
  unhandled++;
});
// Nobody is left to report to.
process.on('disconnect', () => process.exit(1));

const client = { clientId: 'soak', brokers: order.brokers };
const application = await NestFactory.createApplicationContext(
  {
    module: SoakModule,
    imports: order.producers.map(({ codec }) =>
      KafkaProducerModule.forRoot({ name: codec, client, producer: producerOptions(codec) }),
    ),
  },
  { logger: false, abortOnError: false },
);
const ledger = new Ledger();
const services = order.producers.map(({ codec }) => application.get(getKafkaProducerToken(codec)));
const callers = order.producers.flatMap(({ topics }, at) =>
  Array.from({ length: CALLERS_PER_PRODUCER }, (_, nth) => {
    return new Callers(services[at], topics, ledger, randomFrom(order.seed + at * CALLERS_PER_PRODUCER + nth));
  }),
);
const sabotage = new Sabotage(order, ledger);
const startedAt = performance.now();
let stop = new AbortController();
let running = Promise.resolve();

const commands = {
  start() {
    stop = new AbortController();
    running = Promise.all(callers.map((one) => one.run(stop.signal)));
    tell({ started: true });
  },
  /** The window ends when all is settled; what is not by then is handed in as such. */
  async settle() {
    stop.abort();
    const settled = Promise.all([running, ledger.untilAtMost(0), ...services.map((service) => service.flush())]);
    const isSettled = settled.then(() => true);
    const inTime = await Promise.race([isSettled, sleep(SETTLE_WITHIN_MS + GRACE_MS, false, { ref: false })]);
    await sabotage.strike();
    tell({ window: ledger.take(), inTime });
  },
  /** What a collection frees outside of the heap is free after a turn, and what only that had kept alive is found by the next. */
  async sample() {
    for (let left = COLLECTIONS; left > 0; left--) {
      collectGarbage();
      await sleep(COLLECTION_PAUSE_MS);
    }
    tell({ sample: { atMs: performance.now() - startedAt, ...memoryInUse(), ...resources(), left: leftInBuffers() } });
  },
  async close() {
    await application.close();
    clearInterval(ticking);
    sabotage.end();
    collectGarbage();
    tell({ closed: handlesOfOurs(), unhandled, errors: [...ledger.errors], stats: totals() });
  },
  exit: () => process.exit(0),
};

process.on('message', (name) => void commands[name]());
const ticking = setInterval(() => tell({ status: status() }), STATUS_MS);
tell({ ready: true });

function tell(message) {
  if (process.connected) process.send?.(message);
}

function memoryInUse() {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { usedMib: (heapUsed + external) / MEBIBYTE, rssMib: rss / MEBIBYTE };
}

function resources() {
  return {
    handles: handlesOfOurs().length,
    connections: services.reduce((sum, service) => sum + service.stats().brokersConnected, 0),
  };
}

/** Each must be 0 once all is settled. */
function leftInBuffers() {
  const names = ['bufferedRecords', 'bufferedBytes', 'waitingRecords', 'inFlightRequests', 'inFlightBatches'];
  return Object.fromEntries(names.map((name) => [name, totals()[name]]));
}

function totals() {
  const sums = {};
  for (const service of services) {
    for (const [name, value] of Object.entries(service.stats()))
      if (typeof value === 'number') sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

function status() {
  const { bufferedRecords, inFlightRequests, retriedBatches } = totals();
  return {
    ...ledger.counts,
    unsettled: ledger.unsettled,
    bufferedRecords,
    inFlightRequests,
    retriedBatches,
    ...memoryInUse(),
  };
}
