// Closes with records that its brokers do not take, and must end by itself all the same.
import { handlesLeft, startApplication } from './application.mjs';

const [, , ...brokers] = process.argv;
const { app, producer } = await startApplication(brokers, {
  shutdownTimeoutMs: 500,
  producer: { retryBackoffMs: 20, retryBackoffMaxMs: 50 },
});
app.enableShutdownHooks();
await producer.send({ topic: 'orders', value: 'acknowledged' });
console.log('ready');

const command = await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();
const lost = [];
for (let i = 0; i < 3; i++) {
  const { acknowledged } = await producer.enqueue({ topic: 'orders', value: `lost ${i}` });
  lost.push(acknowledged.catch((error) => error));
}
// Long enough for a request on the wire, or for attempts to connect again: both must be given up.
await new Promise((resolve) => setTimeout(resolve, 100));
console.log('sent');
if (command.toString() === 'close\n') {
  await app.close();
  const errors = await Promise.all(lost);
  console.log(JSON.stringify({ codes: errors.map(({ code }) => code), left: await handlesLeft() }));
}
