import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { kafkajsUnits } from '../units/kafkajs-units.mjs';

/** @param {import('../units/unit-peers.mjs').UnitPeerSettings} settings */
export async function connect({ brokers, topic, producers: count, options }) {
  const run = randomUUID();
  const producers = Array.from({ length: count }, (_, index) =>
    new kafkajs.Kafka({ clientId: 'bench', brokers, logLevel: kafkajs.logLevel.NOTHING }).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      transactionalId: `bench-${run}-${index}`,
      idempotent: true,
      maxInFlightRequests: 1,
      ...options,
    }),
  );
  return kafkajsUnits(producers, topic);
}
