// 20,000 records in one call: prints the longest turn of the event loop for each call, the first one cold.
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
 * The longest turn while `work` goes on: the lesser of its time by the clock and of the processor time that the process has used.
 *
 * On a busy machine the clock goes on while this process is not run; and the processor time has that of the collector's threads in it. What
 * the main thread worked is not more than either.
 */
async function longestTurnMs(work) {
  let isOver = false;
  let longest = 0;
  let startedAt = performance.now();
  let usedBefore = process.cpuUsage();
  const turn = () => {
    const { user, system } = process.cpuUsage(usedBefore);
    longest = Math.max(longest, Math.min(performance.now() - startedAt, (user + system) / 1_000));
    startedAt = performance.now();
    usedBefore = process.cpuUsage();
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
