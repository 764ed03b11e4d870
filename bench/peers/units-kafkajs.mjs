import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { ProducerPool } from '../units/producer-pool.mjs';

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
