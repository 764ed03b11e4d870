import kafkajs from 'kafkajs';
import { orderAt, PARTITIONS } from './orders.mjs';

/** Per partition and request. */
const CHUNK = 1000;

/**
 * Writes the input of all runs, each message at the offset it is made for.
 *
 * @param {import('../broker.mjs').Broker} broker
 * @param {string} topic
 * @param {number} perPartition messages
 * @throws {Error} when the broker has more or fewer of them
 */
export async function fillInput(broker, topic, perPartition) {
  const client = new kafkajs.Kafka({
    clientId: 'bench-input',
    brokers: broker.brokers,
    logLevel: kafkajs.logLevel.NOTHING,
  });
  // Idempotent: a retry must not shift the offsets.
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  for (let from = 0; from < perPartition; from += CHUNK) {
    const messages = [];
    for (let offset = from; offset < Math.min(from + CHUNK, perPartition); offset++) {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const order = orderAt(partition, offset);
        messages.push({ partition, key: order.orderId, value: JSON.stringify(order) });
      }
    }
    await producer.send({ topic, acks: -1, messages });
  }
  await producer.disconnect();
  const records = await broker.countRecords(topic);
  if (records !== perPartition * PARTITIONS)
    throw new Error(`The input should have ${perPartition * PARTITIONS} messages, it has ${records}.`);
}
