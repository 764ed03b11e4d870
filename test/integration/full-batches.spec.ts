import { setTimeout } from 'node:timers/promises';

import type { CompressionType } from 'kafka-wire';
import { expect, it } from 'vitest';

import { batchesIn } from '../support/batches-in.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { randomBytes, seededRandom } from '../support/random.js';
import { useProducer } from '../support/use-producer.js';

const CODECS: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const BATCH_BYTES = 131_072;
const RECORDS = 12_000;
/** Batches of the time when the estimate of the compression is learnt (its error halves with each, some are with the codec meanwhile), and the one the end cut short. */
const LEARNING = 12;

describeOnEachKafka('lingerMs 20 and batchSizeBytes 131072 under steady load', (kafka) => {
  it.each(CODECS)('fill batches with compression %s', async (compressionType) => {
    const topic = await kafka().createTopic();
    const settings = { lingerMs: 20, batchSizeBytes: BATCH_BYTES, compressionType };
    await useProducer(kafka().bootstrap, { producer: settings }, async (producer) => {
      let sent = 0;
      for (const value of orders()) {
        await producer.enqueue({ topic, value });
        // Steady, not a burst of one turn: what a codec makes of the first batches is known before the later ones are sealed.
        if (++sent % 25 === 0) await setTimeout(1);
      }
      await producer.flush();
    });
    const batches = await batchesIn(kafka().bootstrap, topic);
    expect(batches.reduce((sum, batch) => sum + batch.recordCount, 0)).toBe(RECORDS);
    const sizes = batches.slice(LEARNING, -1).map((batch) => batch.sizeBytes);
    expect(sizes.length).toBeGreaterThan(10);
    expect(median(sizes)).toBeGreaterThan(0.7 * BATCH_BYTES);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(BATCH_BYTES);
  });
});

/** About 1 KB of JSON each; compresses to a bit more than half, as ids, names and amounts do. */
function* orders(): Iterable<string> {
  const random = seededRandom(20);
  for (let number = 0; number < RECORDS; number++) {
    const lines = Array.from({ length: 8 }, () => ({
      sku: randomBytes(random, 24).toString('hex'),
      quantity: Math.ceil(random() * 9),
      price: Math.round(random() * 100_000) / 100,
    }));
    yield JSON.stringify({ number, customer: randomBytes(random, 16).toString('hex'), currency: 'EUR', lines });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
