import './promise-with-resolvers.mjs';
import { ProduceAcks } from '@platformatic/kafka';
import { createProducer, messageFor } from './platformatic.mjs';

/**
 * `asStream` with a promise per record: the stream flushes what was written in order and one flush at a time, so a `flush` of n records
 * settles the n oldest. The settings are the fastest of those tried here with 1,000 callers (batches of 125 to 1,000, 0 to 5 ms).
 *
 * @param {import('../peers.mjs').PeerSettings} settings
 */
export async function connect(settings) {
  const { batchSize = 1000, batchTime = 1, highWaterMark = 8192, ...producerOptions } = settings.options;
  const producer = createProducer({ ...settings, options: producerOptions });
  const stream = producer.asStream({ batchSize, batchTime, highWaterMark, reportMode: 'none', acks: ProduceAcks.ALL });
  /** @type {{ resolve: () => void, reject: (error: Error) => void }[]} */
  let waiting = [];
  let requests = 0;
  stream.on('flush', ({ count }) => {
    requests++;
    const settled = waiting.splice(0, count);
    for (const entry of settled) entry.resolve();
  });
  stream.on('error', (error) => {
    const lost = waiting;
    waiting = [];
    for (const entry of lost) entry.reject(error);
  });
  return {
    record: messageFor(settings.topic),
    /** @param {object} record */
    send: (record) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        stream.write(record);
      }),
    requests: () => requests,
    close: async () => {
      await stream.close();
      await producer.close(true);
    },
  };
}
