// 20,000 records in one call: prints the longest turn of the event loop for each call, the first one cold.
import { readFileSync } from 'node:fs';
import { startApplication } from './application.mjs';

const [, , payload, ...brokers] = process.argv;
const RECORDS = 20_000;
const CALLS = 4;
const { app, producer } = await startApplication(brokers);

const value = {
  objects: (i) => ({ id: i, note: 'n'.repeat(600), lines: [1, 2, 3] }),
  // Nothing to serialise: what takes long here is the admission alone.
  buffers: (i) => Buffer.alloc(100, i),
}[payload];
const records = Array.from({ length: RECORDS }, (_, i) => ({
  topic: 'orders',
  partition: 0,
  key: `order-${i}`,
  value: value(i),
}));

/**
 * Processor time of the thread that runs this, and of no other: on a busy machine the clock goes on while the thread waits for its turn, and the time of
 * the process has that of the collector's and the compiler's threads in it.
 */
function threadTimeMs() {
  if (process.threadCpuUsage !== undefined) {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  }
  const [nanoseconds] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
  return Number(nanoseconds) / 1e6;
}

/** The longest turn of the event loop while `work` goes on. */
async function longestTurnMs(work) {
  let isOver = false;
  let longest = 0;
  let startedAt = threadTimeMs();
  const turn = () => {
    const now = threadTimeMs();
    longest = Math.max(longest, now - startedAt);
    startedAt = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  return new Promise((resolve) => setImmediate(() => resolve(longest)));
}

const longest = [];
for (let call = 0; call < CALLS; call++) {
  longest.push(
    await longestTurnMs(async () => {
      const results = await producer.sendAll(records);
      if (results.length !== RECORDS) throw new Error(`${results.length} results`);
    }),
  );
}
await app.close();
console.log(JSON.stringify({ longestTurnMs: longest }));
