import type { CompressionType } from 'kafka-wire';
import { expect, it } from 'vitest';

import { batchesIn } from '../support/batches-in.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { randomBytes, seededRandom } from '../support/random.js';
import { useProducer } from '../support/use-producer.js';

const CODECS: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const BATCH_BYTES = 131_072;
const RECORDS = 20_000;
const PARTITIONS = 12;
/** Each waits for the acknowledgement of its record before it makes the next: a steady load that knows no clock, for any machine. */
const CALLERS = 2_000;
/** Batches of the first turns, sealed before a codec has said what records shrink to. */
const LEARNING = 24;
/** The callers end one by one, and the last batches with them. */
const ENDING = -3;
/** An estimate that must not be exceeded leaves 5 % free, and the record that did not fit. */
const FULL_BYTES = 0.9 * BATCH_BYTES;

describeOnEachKafka('lingerMs 20 and batchSizeBytes 131072 under steady load', (kafka) => {
  it.each(CODECS)('fill batches with compression %s', async (compressionType) => {
    const topic = await kafka().createTopic();
    const settings = { lingerMs: 20, batchSizeBytes: BATCH_BYTES, compressionType };
    await useProducer(kafka().bootstrap, { producer: settings }, async (producer) => {
      const values = orders();
      const call = async (): Promise<void> => {
        for (const value of values) await producer.send({ topic, value });
      };
      await Promise.all(Array.from({ length: CALLERS }, call));
    });
    const batches = await batchesIn(kafka().bootstrap, topic);
    expect(batches.reduce((sum, batch) => sum + batch.recordCount, 0)).toBe(RECORDS);
    const sizes = batches.slice(LEARNING, ENDING).map((batch) => batch.sizeBytes);
    expect(sizes.length).toBeGreaterThan(10);
    expect(quantile(sizes, 0.5)).toBeGreaterThan(FULL_BYTES);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(BATCH_BYTES);
  });

  it.each<{ compressionType: CompressionType; callers: number; values: () => Iterable<string> }>([
    { compressionType: 'none', callers: 10_000, values: smallOnes },
    { compressionType: 'gzip', callers: CALLERS, values: orders },
  ])('fill batches of 12 partitions for records without a key, with compression $compressionType', async (load) => {
    const topic = await kafka().createTopic({ partitions: PARTITIONS });
    const settings = { lingerMs: 1_000, batchSizeBytes: BATCH_BYTES, compressionType: load.compressionType };
    await useProducer(kafka().bootstrap, { producer: settings }, async (producer) => {
      const values = load.values();
      const call = async (): Promise<void> => {
        for (const value of values) await producer.send({ topic, value });
      };
      await Promise.all(Array.from({ length: load.callers }, call));
    });
    const logs = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) => batchesIn(kafka().bootstrap, topic, partition)),
    );
    const batches = logs.flat().toSorted((a, b) => a.maxTimestamp - b.maxTimestamp);
    const sizes = batches.slice(LEARNING, ENDING).map((batch) => batch.sizeBytes);
    expect(sizes.length).toBeGreaterThan(20);
    expect(quantile(sizes, 0.1)).toBeGreaterThan(FULL_BYTES);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(BATCH_BYTES);
  });
});

/** 100 bytes each: what a record takes beside its value counts. */
function* smallOnes(): Iterable<string> {
  for (let number = 0; number < 100_000; number++) yield String(number).padEnd(100, 'x');
}

/** About 1 KB of JSON each; compresses to less than a half, as ids, names and amounts do. */
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

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}
