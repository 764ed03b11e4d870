import { ProducerPool } from '../units/producer-pool.mjs';
import { confirmationOf } from './orders.mjs';

/**
 * Consume, transform, produce with a consumer and transactional producers that speak kafkajs' API, whoever made them: the records and the offset of what they
 * are made of go in one transaction.
 *
 * @param {import('kafkajs').Consumer} consumer subscribed to the input
 * @param {import('kafkajs').Producer[]} producers
 * @param {object} settings
 * @param {string} settings.input
 * @param {string} settings.output
 * @param {number} settings.messagesPerUnit at most; Infinity for a whole batch
 * @param {object} settings.run what `consumer.run()` takes besides
 * @param {object} settings.offsetsOf who `sendOffsets()` commits for, as the client wants it to be said
 * @returns {Promise<import('./pipeline-peers.mjs').Pipeline>}
 */
export async function kafkajsPipeline(consumer, producers, { input, output, messagesPerUnit, run, offsetsOf }) {
  const pool = new ProducerPool(producers);
  const counts = { units: 0, failures: 0, firstFailure: undefined };

  async function handle(producer, partition, messages) {
    const transaction = await producer.transaction();
    try {
      await transaction.send({ topic: output, messages: messages.map(confirmed) });
      const offset = String(Number(messages.at(-1).offset) + 1);
      await transaction.sendOffsets({ ...offsetsOf, topics: [{ topic: input, partitions: [{ partition, offset }] }] });
    } catch (error) {
      await transaction.abort();
      throw error;
    }
    await transaction.commit();
    counts.units++;
  }

  async function unit(partition, messages) {
    try {
      await pool.run((producer) => handle(producer, partition, messages));
    } catch (error) {
      counts.failures++;
      counts.firstFailure ??= error instanceof Error ? (error.stack ?? error.message) : String(error);
      // The consumer brings the messages again.
      throw error;
    }
  }

  /** What is done with must not come again when a later part of the batch fails. */
  async function inChunks({ batch: { partition, messages }, resolveOffset, heartbeat, isRunning }) {
    const size = Math.min(messagesPerUnit, messages.length);
    for (let at = 0; at < messages.length && isRunning(); at += size) {
      const chunk = messages.slice(at, at + size);
      await unit(partition, chunk);
      resolveOffset(chunk.at(-1).offset);
      await heartbeat();
    }
  }

  await consumer.run(
    messagesPerUnit === 1
      ? { ...run, eachMessage: ({ partition, message }) => unit(partition, [message]) }
      : { ...run, eachBatch: inChunks },
  );
  return {
    counts: () => ({ ...counts }),
    stop: async () => {
      await consumer.disconnect();
      await Promise.all(producers.map((producer) => producer.disconnect()));
    },
  };
}

/** @param {{ value: Buffer }} message */
function confirmed({ value }) {
  const confirmation = confirmationOf(JSON.parse(value.toString()));
  return { key: confirmation.orderId, value: JSON.stringify(confirmation) };
}
