// Lingers for a minute, and is ended by a signal: what is buffered must be delivered all the same.
import { startApplication } from './application.mjs';

const [, , ...brokers] = process.argv;
const { app, producer } = await startApplication(brokers, { producer: { lingerMs: 60_000 } });
app.enableShutdownHooks();
for (let i = 0; i < 100; i++) await producer.enqueue({ topic: 'orders', value: `v${i}` });
console.log('ready');
setInterval(() => {}, 1_000);
