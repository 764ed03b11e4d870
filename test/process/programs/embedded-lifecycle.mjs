// Starts clusters, uses them with several clients at once, stops them while these are still connected, and says what is left.
import { connect } from 'node:net';
import { EmbeddedKafka } from 'embedded-kafka';
import kafkajs from 'kafkajs';

const ours = () => process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));

for (let life = 0; life < 3; life++) {
  const kafka = await EmbeddedKafka.start({ brokers: 3, topics: [{ name: 'orders', partitions: 6 }] });
  const client = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer({ idempotent: true });
  const consumer = client.consumer({ groupId: 'readers', maxWaitTimeInMs: 100 });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: 'orders', fromBeginning: true });
  let tellRead;
  const read = new Promise((resolve) => (tellRead = resolve));
  await consumer.run({ eachMessage: async () => tellRead() });
  await producer.send({ topic: 'orders', messages: [{ value: 'one' }, { value: 'two' }] });
  await read;
  await Promise.all([producer.disconnect(), consumer.disconnect()]);

  // These stay connected: idle, and one in the middle of a frame.
  const idle = kafka.brokers.map(({ host, port }) => connect(port, host));
  for (const socket of idle) socket.on('error', () => undefined);
  const gone = idle.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  idle[0]?.write(Buffer.from('0000ffff00', 'hex'));
  await kafka.broker(2).stop();
  await kafka.broker(2).start();
  kafka.broker(3).pause();
  await kafka.stop();
  await Promise.all(gone);
}
// Whoever else closes here gets a turn for it.
await new Promise((resolve) => setTimeout(resolve, 50));
console.log(JSON.stringify(ours()));
