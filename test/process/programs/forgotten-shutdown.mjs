// Forgets enableShutdownHooks() and ends with records that nobody has acknowledged.
import { startApplication } from './application.mjs';

const [, , ...brokers] = process.argv;
const { producer } = await startApplication(brokers);
await producer.send({ topic: 'orders', value: 'acknowledged' });
console.log('ready');
process.stdin.once('data', () => {
  for (let i = 0; i < 3; i++) producer.send({ topic: 'orders', value: 'never acknowledged' }).catch(() => {});
  setTimeout(() => process.exit(0), 50);
});
