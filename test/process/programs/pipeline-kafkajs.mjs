// The same pipeline as people write it with kafkajs' consumer: 'unfenced' has units with offsets, and nothing that tells the broker whose they are;
// 'offsets-first' commits the offset of a record before it handles it.
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { startApplication } from './application.mjs';
import { pipelineWork } from './pipeline-work.mjs';

const BACKOFF_MS = 20;
const GIVEN_UP_AFTER_MS = 5_000;

/** @returns ends it */
export async function startPipeline(brokers, options) {
  const { transport, clientId, groupId, source, deadLetterTopic, maxAttempts, transactions, session } = options;
  const { app, producer } = await startApplication(brokers, { client: { clientId, brokers }, transactions });
  const { handle, note } = pipelineWork(producer, options);
  const consumer = new Kafka({ clientId, brokers, logLevel: logLevel.NOTHING }).consumer({ groupId, ...session });
  consumer.on(consumer.events.GROUP_JOIN, () => note('joined'));
  const attempts = new Map();

  /** @returns whether it went well */
  async function inUnit(message, partition, isAgain, work) {
    const offsets = [{ topic: source, partition, offset: String(Number(message.offset) + 1) }];
    const sendOffsets = (tx) => tx.sendOffsets({ groupId, offsets, member: 'unfenced' });
    try {
      if (transport === 'offsets-first') {
        if (!isAgain) await producer.transaction(sendOffsets);
        await producer.transaction(work);
      } else {
        await producer.transaction(async (tx) => {
          await work();
          await sendOffsets(tx);
        });
      }
      return true;
    } catch {
      return false;
    }
  }

  await consumer.connect();
  await consumer.subscribe({ topics: [source], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: options.concurrency,
    eachBatch: async (payload) => {
      const { messages, partition } = payload.batch;
      for (const message of messages) {
        if (!payload.isRunning() || payload.isStale()) return;
        const [key, value] = [String(message.key), String(message.value)];
        const { offset } = message;
        const place = `${partition}:${offset}`;
        const tried = attempts.get(place) ?? 0;
        const isDead = tried >= maxAttempts;
        const work = isDead
          ? () => producer.send({ topic: deadLetterTopic, key, value })
          : () => handle({ key, value, partition, offset });
        if (!(await inUnit(message, partition, tried > 0, work))) {
          attempts.set(place, tried + 1);
          await pause(BACKOFF_MS);
          return;
        }
        if (isDead) note(`dead ${place}`);
        attempts.delete(place);
        payload.resolveOffset(offset);
        await payload.heartbeat();
      }
    },
  });
  return async () => {
    // kafkajs may wait for ever where brokers were restarted.
    await Promise.race([consumer.disconnect(), pause(GIVEN_UP_AFTER_MS)]);
    await app.close();
  };
}
