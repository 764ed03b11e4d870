import { randomUUID } from 'node:crypto';
import confluent from '@confluentinc/kafka-javascript';
import { ProducerPool } from '../units/producer-pool.mjs';

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
  await Promise.all(producers.map((producer) => producer.connect()));
  const pool = new ProducerPool(producers);
  return {
    /**
     * @param {string} key
     * @param {Buffer} value
     */
    record: (key, value) => ({ key, value }),
    /** @type {import('../units/unit-peers.mjs').UnitPeer['unit']} */
    unit: (body) =>
      pool.run(async (producer) => {
        const transaction = await producer.transaction();
        try {
          await body((messages) => transaction.send({ topic, messages }));
        } catch (error) {
          await transaction.abort();
          throw error;
        }
        await transaction.commit();
      }),
    stop: () => pool.stop(),
    close: async () => void (await Promise.all(producers.map((producer) => producer.disconnect()))),
  };
}
