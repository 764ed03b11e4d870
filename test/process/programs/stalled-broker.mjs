// Offers 200 MB while the broker does not answer, and reports how much the process has grown.
import { startApplication } from './application.mjs';

const [, , ...brokers] = process.argv;
const RECORD_BYTES = 10_240;
const OFFERED_RECORDS = 20_000;
const { app, producer } = await startApplication(brokers, {
  producer: { maxBlockMs: 600_000, deliveryTimeoutMs: 600_000 },
});
await producer.send({ topic: 'orders', value: 'first' });
globalThis.gc();
const before = process.memoryUsage.rss();
console.log('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));

let accepted = 0;
const order = [];
const acknowledged = [];
const payload = Buffer.alloc(RECORD_BYTES - 8, 'x');
// One payload for all, as an application would offer a file it streams: what grows is the producer.
const offers = Array.from({ length: OFFERED_RECORDS }, async (_, i) => {
  const { acknowledged: ack } = await producer.enqueue({
    topic: 'orders',
    key: String(i).padStart(8, '0'),
    value: payload,
    partition: 0,
  });
  accepted++;
  order.push(i);
  acknowledged.push(ack);
});
let peak = 0;
for (let i = 0; i < 30; i++) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  globalThis.gc();
  peak = Math.max(peak, process.memoryUsage.rss());
}
console.log(JSON.stringify({ grownBytes: peak - before, accepted, stats: producer.stats() }));
console.log('stalled');
await Promise.all(offers);
await Promise.all(acknowledged);
console.log(JSON.stringify({ accepted, inOrder: order.every((value, i) => value === i) }));
await app.close();
process.stdin.destroy();
