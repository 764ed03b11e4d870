// 20,000 records in one call: prints the longest stretch of processor time between two turns of the event loop.
import { startApplication } from './application.mjs';

const [, , ...brokers] = process.argv;
const { app, producer } = await startApplication(brokers);
const order = (i) => ({
  topic: 'orders',
  partition: 0,
  key: `order-${i}`,
  value: { id: i, note: 'n'.repeat(600), lines: [1, 2, 3] },
});
await producer.sendAll(Array.from({ length: 2_000 }, (_, i) => order(i)));

async function longestTurnMs(work) {
  let isOver = false;
  let longest = 0;
  // Processor time, not the clock: on a busy machine a turn may take long without this process doing anything.
  let last = process.cpuUsage();
  const watch = () => {
    const { user, system } = process.cpuUsage(last);
    longest = Math.max(longest, (user + system) / 1_000);
    last = process.cpuUsage();
    if (!isOver) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  isOver = true;
  return longest;
}

const records = Array.from({ length: 20_000 }, (_, i) => order(i));
const turns = [];
for (let round = 0; round < 3; round++) {
  turns.push(
    await longestTurnMs(async () => {
      const results = await producer.sendAll(records);
      if (results.length !== records.length) throw new Error(`${results.length} results`);
    }),
  );
}
await app.close();
console.log(JSON.stringify({ longestTurnMs: turns }));
