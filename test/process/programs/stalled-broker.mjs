// Offers 200 MB of distinct payloads while the broker does not answer, and reports how much the process has grown.
//
// All at once, so that the callers wait in line (`wait`), or by 1,000 callers that go on when they are refused (`refuse`). The payloads are there
// before the measurement begins: they are the caller's, and what may grow is the producer.
import { randomFillSync } from 'node:crypto';
import { startApplication } from './application.mjs';

const [, , scenario, options, ...brokers] = process.argv;
// Of this size, since with ten times as many it would be the promises of those who wait that are measured.
const RECORD_BYTES = 20_480;
const OFFERED_RECORDS = 10_000;
const CALLERS = { wait: OFFERED_RECORDS, refuse: 1_000 }[scenario];
const MAX_BLOCK_MS = { wait: 600_000, refuse: 100 }[scenario];

const { app, producer } = await startApplication(brokers, {
  producer: { deliveryTimeoutMs: 600_000, maxBlockMs: MAX_BLOCK_MS, ...JSON.parse(options) },
});
await untilConnected();
// In one piece, filled in place: garbage from making them would be memory that the producer could take without growing.
const all = Buffer.alloc(OFFERED_RECORDS * RECORD_BYTES, 'half of a payload can be compressed ');
const payloads = Array.from({ length: OFFERED_RECORDS }, (_, i) => {
  const payload = all.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES);
  randomFillSync(payload, 0, RECORD_BYTES / 2);
  return payload;
});
const accepted = [];
const acknowledged = [];
const refusals = {};
const waiting = Array.from(payloads.keys()).values();
const { promise: mayOffer, resolve: offerNow } = gate();
const caller = async () => {
  await mayOffer;
  for (const i of waiting) {
    try {
      const delivery = await producer.enqueue({ topic: 'orders', key: String(i), value: payloads[i] });
      accepted.push(i);
      acknowledged.push(delivery.acknowledged);
    } catch (error) {
      refusals[error.code] = (refusals[error.code] ?? 0) + 1;
    }
    if (scenario === 'wait') return;
  }
};
// The callers are there before the measurement too.
const offers = Promise.all(Array.from({ length: CALLERS }, caller));
await new Promise((resolve) => setImmediate(resolve));
const before = process.memoryUsage.rss();
// Not the high-water mark of the operating system: a process inherits that from the one that started it.
let peak = before;
const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
console.log('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
offerNow();

// Stalled: nothing moves any more, or nobody offers any more.
if (scenario === 'refuse') await offers;
else await untilNothingMoves();
clearInterval(sampling);
console.log(JSON.stringify({ grownBytes: peak - before, accepted: accepted.length, refusals }));
console.log('stalled');
await offers;
await Promise.all(acknowledged);
console.log(JSON.stringify({ accepted, retriedBatches: producer.stats().retriedBatches }));
await app.close();
process.stdin.destroy();

/** The first record, as often as it takes: `maxBlockMs` is short for a connection that is yet to be made. */
async function untilConnected() {
  const first = { topic: 'orders', value: 'first', partition: 0 };
  while (!(await producer.send(first).then(Boolean, () => false)));
}

/** Also waits until the first requests have been given up, when `requestTimeoutMs` is short. */
async function untilNothingMoves() {
  const mustRetry = JSON.parse(options).requestTimeoutMs !== undefined;
  for (let last = '', same = 0; same < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { bufferedBytes, waitingRecords, retriedBatches } = producer.stats();
    const now = JSON.stringify({ bufferedBytes, waitingRecords });
    same = now === last && waitingRecords > 0 && (!mustRetry || retriedBatches > 0) ? same + 1 : 0;
    last = now;
  }
}

function gate() {
  let resolve;
  const promise = new Promise((open) => (resolve = open));
  return { promise, resolve };
}
