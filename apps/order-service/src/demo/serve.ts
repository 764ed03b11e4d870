import { endOffsets } from './topic-offsets.js';
import { ANSWER_TOPICS } from './kafka-for-demo.js';
import type { Stage } from './stage.js';
import { Stopped, unlessAborted } from './stopped.js';
import { TopicReader } from './topic-reader.js';

/** An order that is confirmed; ten times as much is above the credit limit. */
const ORDER = {
  reference: 'SO-90001',
  customer: { id: 'C-1042', name: 'Ada Lovelace' },
  currency: 'EUR',
  lines: [{ sku: 'GRIND-EL-58', quantity: 2, unitPrice: 389 }],
};

/** Keeps everything running and prints each answer, until Ctrl-C. */
export async function serve({ url, kafka, signal }: Stage): Promise<void> {
  const from = await endOffsets(kafka.client, ANSWER_TOPICS);
  const reader = await TopicReader.start(kafka.client, from, ({ topic, key }) => console.log(`${topic}  ${key}`));
  const post = `curl ${url}/orders -H 'content-type: application/json' -d`;
  const above = { ...ORDER, reference: 'SO-90002', lines: [{ ...ORDER.lines[0], quantity: 20 }] };
  console.log(`
Service and worker keep running. Try

  curl ${url}/health
  ${post} '${JSON.stringify(ORDER)}'
  ${post} '${JSON.stringify(above)}'
  ${post} '{"reference":"?"}'

The worker's answers are printed here. Read the topics with any client of ${kafka.brokers.join(',')}. Ctrl-C ends all.
`);
  try {
    await unlessAborted(signal, new Promise<never>(() => undefined));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await reader.close();
  }
}
