import { ProducerPool } from './producer-pool.mjs';

/**
 * Units of transactional producers that speak kafkajs' API, whoever made them.
 *
 * @param {import('kafkajs').Producer[]} producers
 * @param {string} topic
 */
export async function kafkajsUnits(producers, topic) {
  await Promise.all(producers.map((producer) => producer.connect()));
  const pool = new ProducerPool(producers);
  return {
    /**
     * @param {string} key
     * @param {Buffer} value
     */
    record: (key, value) => ({ key, value }),
    /** @type {import('./unit-peers.mjs').UnitPeer['unit']} */
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
