// Runs units of work in many callers at once, without end, and writes what each was told to a file before it goes on: what is there was told,
// however the process ends. A caller whose unit is refused tries the next one.
import { openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startApplication } from './application.mjs';

const [, , options, ...brokers] = process.argv;
const { file, clientId, seed, callers, topics, partitions, maxPauseMs, transactions } = JSON.parse(options);
const { app, producer } = await startApplication(brokers, { client: { clientId, brokers }, transactions });

const OUTCOMES = {
  KAFKA_PRODUCER_TRANSACTION_ABORTED: 'aborted',
  KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN: 'unknown',
  KAFKA_PRODUCER_FENCED: 'fenced',
};
const told = openSync(file, 'a');
let state = seed;
/** From 0 to below `end`. */
const random = (end) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % end;

let open = 0;
let areAllOpen;
const allOpen = new Promise((resolve) => (areAllOpen = resolve));
let isOver = false;
process.stdin.once('data', () => {
  isOver = true;
  process.stdin.unref();
});

async function unit(name, size) {
  await producer.transaction(async (tx) => {
    for (let index = 1; index <= size; index++) {
      const topic = topics[random(topics.length)];
      await tx.send({ topic, partition: random(partitions), value: `${name} ${index}/${size}` });
      if (index > 1) continue;
      if (++open === callers) areAllOpen();
      await allOpen;
      await pause(random(maxPauseMs));
    }
  });
}

async function caller(id) {
  for (let index = 0; !isOver; index++) {
    const name = `${clientId}-${id}-${index}`;
    const size = 2 + random(4);
    let outcome = 'committed';
    let detail = '';
    try {
      await unit(name, size);
    } catch (error) {
      outcome = OUTCOMES[error.code] ?? 'failed';
      detail = ` ${error.message}`;
      await pause(maxPauseMs);
    }
    writeSync(told, `${outcome} ${name} ${size}${detail}\n`);
  }
}

const all = Array.from({ length: callers }, (_, id) => caller(id));
await allOpen;
console.log('all are open');
await Promise.all(all);
await app.close();
