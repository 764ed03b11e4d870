// Sends without a pause until it is told to stop, while its parent freezes the whole process now and then. Prints its history as JSON.
import { startApplication } from './application.mjs';

const CALLERS = 30;
const [, , options, ...brokers] = process.argv;
const { app, producer } = await startApplication(brokers, { producer: JSON.parse(options) });

const sent = [];
let isSending = true;
process.stdin.once('data', () => {
  isSending = false;
  process.stdin.unref();
});

async function send() {
  const record = { value: `v${sent.length}`, topic: 'orders', call: sent.length, calledAtMs: performance.now() };
  sent.push(record);
  try {
    const { partition, offset } = await producer.send({
      topic: 'orders',
      key: `k${record.call % 7}`,
      value: record.value,
    });
    record.outcome = { kind: 'ok', partition, offset: Number(offset) };
  } catch (error) {
    record.outcome = { kind: error.persisted === 'possibly' ? 'fail-possibly' : 'fail-no', error: error.message };
  }
  record.settledAtMs = performance.now();
}

/** Two sends at once, so that there are several batches in flight. */
async function caller() {
  while (isSending) {
    await Promise.all([send(), send()]);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const callers = Array.from({ length: CALLERS }, caller);
await producer.send({ topic: 'orders', key: 'first', value: 'first' });
console.log('sending');
await Promise.all(callers);
const { bufferedBytes } = producer.stats();
await app.close();
console.log(JSON.stringify({ sent, bufferedBytes }));
