import './promise-with-resolvers.mjs';
import { randomUUID } from 'node:crypto';
import { ProduceAcks, Producer } from '@platformatic/kafka';
import { ProducerPool } from '../units/producer-pool.mjs';

/** @param {import('../units/unit-peers.mjs').UnitPeerSettings} settings */
export async function connect({ brokers, topic, producers: count, options }) {
  const run = randomUUID();
  const producers = Array.from(
    { length: count },
    (_, index) =>
      new Producer({
        clientId: 'bench',
        bootstrapBrokers: brokers,
        acks: ProduceAcks.ALL,
        idempotent: true,
        transactionalId: `bench-${run}-${index}`,
        ...options,
      }),
  );
  await Promise.all(producers.map((producer) => producer.initIdempotentProducer({})));
  const pool = new ProducerPool(producers);
  return {
    /**
     * @param {string} key
     * @param {Buffer} value
     */
    record: (key, value) => ({ topic, key: Buffer.from(key), value }),
    /** @type {import('../units/unit-peers.mjs').UnitPeer['unit']} */
    unit: (body) =>
      pool.run(async (producer) => {
        const transaction = await producer.beginTransaction();
        try {
          await body((messages) => transaction.send({ messages }));
        } catch (error) {
          await transaction.abort();
          throw error;
        }
        await transaction.commit();
      }),
    stop: () => pool.stop(),
    close: async () => void (await Promise.all(producers.map((producer) => producer.close(true)))),
  };
}
