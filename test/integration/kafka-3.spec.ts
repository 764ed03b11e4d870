import type { CompressionType } from 'kafka-wire';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { javaMissing, startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { readWithKafkajs } from '../interop/kafkajs-reader.js';
import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { batchesIn, recordsIn } from '../support/batches-in.js';
import { useProducer } from '../support/use-producer.js';

const KAFKA_VERSION = '3.9.1';
const CODECS: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const numbers = Array.from({ length: 1_000 }, (_, number) => String(number));

/** The last release before 4, which speaks older versions of what we send. All other suites run on Kafka 4. */
describeWithOwnKafka(
  `Apache Kafka ${KAFKA_VERSION}`,
  () => {
    let kafka: ApacheKafka;
    beforeAll(async () => {
      kafka = await startApacheKafka({ kafkaVersion: KAFKA_VERSION });
    });
    afterAll(() => kafka?.stop());

    it('is what runs here', () => {
      expect(kafka.node(1).log()).toContain(`Kafka version: ${KAFKA_VERSION}`);
    });

    it.each(CODECS)('takes records in batches of compression %s, in order', async (compressionType) => {
      const topic = `codec-${compressionType}`;
      await kafka.createTopic({ name: topic });
      await useProducer(kafka.bootstrap, { producer: { compressionType } }, (producer) =>
        producer.sendAll(numbers.map((value) => ({ topic, key: 'k', value, headers: { number: value } }))),
      );
      const [batches, records] = await Promise.all([
        batchesIn(kafka.bootstrap, topic),
        recordsIn(kafka.bootstrap, topic),
      ]);
      expect(new Set(batches.map((batch) => batch.compressionType))).toEqual(new Set([compressionType]));
      expect(records.map(({ value }) => String(value))).toEqual(numbers);
    });

    it('gives them to a group consumer of kafkajs', async () => {
      const topic = 'consumed';
      await kafka.createTopic({ name: topic, partitions: 3 });
      await useProducer(kafka.bootstrap, {}, (producer) =>
        producer.sendAll(numbers.map((number) => ({ topic, key: number, value: number }))),
      );
      const records = await readWithKafkajs(kafka, topic, numbers.length);
      expect(records.map(({ value }) => Number(value)).toSorted((a, b) => a - b)).toEqual(numbers.map(Number));
    });

    it('appends once what is sent twice, because the first answer did not come in time', async () => {
      const topic = 'twice';
      await kafka.createTopic({ name: topic });
      await useProducer(kafka.bootstrap, { producer: { requestTimeoutMs: 1_000 } }, async (producer) => {
        await producer.send({ topic, value: 'first' });
        kafka.node(1).pause();
        try {
          const deliveries = await Promise.all(numbers.map((value) => producer.enqueue({ topic, value })));
          const acknowledged = Promise.all(deliveries.map((delivery) => delivery.acknowledged));
          await expect.poll(() => producer.stats().retriedBatches, { timeout: 30_000 }).toBeGreaterThan(0);
          kafka.node(1).resume();
          await acknowledged;
        } finally {
          kafka.node(1).resume();
        }
      });
      const records = await recordsIn(kafka.bootstrap, topic);
      expect(records.map(({ value }) => String(value))).toEqual(['first', ...numbers]);
    });
  },
  [() => javaMissing(KAFKA_VERSION)],
);
