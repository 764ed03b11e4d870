import { randomUUID } from 'node:crypto';
import confluent from '@confluentinc/kafka-javascript';
import { kafkajsUnits } from '../units/kafkajs-units.mjs';

const { Kafka, logLevel } = confluent.KafkaJS;

/**
 * Without lingering: a unit awaits its records, so the driver's 5 ms would only be waited for.
 *
 * @param {import('../units/unit-peers.mjs').UnitPeerSettings} settings
 */
export async function connect({ brokers, topic, producers: count, options }) {
  const run = randomUUID();
  const producers = Array.from({ length: count }, (_, index) =>
    new Kafka({ kafkaJS: { clientId: 'bench', brokers, logLevel: logLevel.NOTHING } }).producer({
      kafkaJS: { acks: -1, allowAutoTopicCreation: false, transactionalId: `bench-${run}-${index}` },
      'linger.ms': 0,
      ...options,
    }),
  );
  return kafkajsUnits(producers, topic);
}
