/**
 * The clients of W11, in a process of their own, so that they do not take the time of the server's. Asked by its parent, one question after the other: `{ port, ms }`
 * has all clients of that server make requests for so long; the answer is `Slice`.
 *
 * @typedef {object} Slice
 * @property {number} answered with 200
 * @property {number} failed
 * @property {number} ms until the last answer
 * @property {number} p50Ms
 * @property {number} p99Ms
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Latencies } from '../latencies.mjs';
import { HttpClient } from './http-client.mjs';

const CLIENTS = 64;
/** Whose answer does not come by then gets none. */
const ANSWER_MS = 30_000;
/** Clients have ids of their own: a key of the server's records is not everybody's. */
const IDS = 10_000_000;

/** @type {Map<number, HttpClient[]>} by port */
const clientsByPort = new Map();

/** @param {number} port */
async function clientsOf(port) {
  const known = clientsByPort.get(port);
  if (known) return known;
  const clients = await Promise.all(Array.from({ length: CLIENTS }, (_, at) => HttpClient.open(port, at * IDS)));
  clientsByPort.set(port, clients);
  return clients;
}

/** @returns {Promise<Slice>} */
async function slice({ port, ms }) {
  const clients = await clientsOf(port);
  const latencies = new Latencies();
  const sum = (metric) => clients.reduce((total, client) => total + client[metric], 0);
  const before = { answered: sum('answered'), failed: sum('failed') };
  const startedAt = performance.now();
  const ended = Promise.all(clients.map((client) => client.run(latencies)));
  await Promise.race([sleep(ms), ended]);
  for (const client of clients) client.stop();
  const isAnswered = await Promise.race([ended.then(() => true), sleep(ANSWER_MS, false)]);
  if (!isAnswered) throw new Error(`A request was not answered within ${ANSWER_MS} ms.`);
  return {
    answered: sum('answered') - before.answered,
    failed: sum('failed') - before.failed,
    ms: performance.now() - startedAt,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
  };
}

process.on('message', (question) => {
  void slice(question).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: error?.stack ?? String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
