// Sends, closes, and must then end by itself: nothing may keep the process alive, nothing may be printed.
import { handlesLeft, startApplication } from './application.mjs';

const [, , ...brokers] = process.argv;
const { app, producer } = await startApplication(brokers);
for (let i = 0; i < 20; i++) await producer.send({ topic: 'orders', key: `k${i}`, value: { i } });
await Promise.all(Array.from({ length: 1_000 }, (_, i) => producer.send({ topic: 'orders', value: `v${i}` })));
await app.close();
console.log(JSON.stringify(await handlesLeft()));
