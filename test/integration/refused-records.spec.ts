import { Kafka, logLevel, type Admin } from 'kafkajs';
import { RecordTooLargeError, UnknownTopicError } from 'nestjs-kafka-producer';
import { expect, it } from 'vitest';

import { describeWithKafka } from '../support/apache-kafka.js';
import { recordsIn } from '../support/batches-in.js';
import { describeOnEachKafka, newTopicName } from '../support/each-kafka.js';
import { useProducer } from '../support/use-producer.js';

describeOnEachKafka('a record that cannot be taken', (kafka) => {
  it('because its topic is unknown fails alone, and long before maxBlockMs', async () => {
    const known = await kafka().createTopic();
    const unknown = newTopicName();
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      const startedAt = performance.now();
      const refused = producer.send({ topic: unknown, value: 'v' }).catch((error: unknown) => error);
      await expect(producer.send({ topic: known, value: 'v' })).resolves.toMatchObject({ offset: '0' });
      const error = await refused;
      expect(error).toBeInstanceOf(UnknownTopicError);
      expect(error).toMatchObject({ code: 'KAFKA_PRODUCER_UNKNOWN_TOPIC', topic: unknown });
      expect((error as Error).message).toContain(unknown);
      // It takes a second or two; maxBlockMs is 60 s.
      expect(performance.now() - startedAt).toBeLessThan(30_000);
    });
  });

  it('because its topic is unknown fails at once when that is remembered', async () => {
    const unknown = newTopicName();
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      await expect(producer.send({ topic: unknown, value: 'v' })).rejects.toBeInstanceOf(UnknownTopicError);
      const rejected: string[] = [];
      const send = (topic: string, name: string) =>
        producer.send({ topic, value: 'v' }).catch(() => void rejected.push(name));
      // That one has to be asked for, more than once: whoever asks as well cannot be faster.
      await Promise.all([send(newTopicName(), 'asked for'), send(unknown, 'remembered')]);
      expect(rejected).toEqual(['remembered', 'asked for']);
    });
  });

  it('because its topic is unknown is taken once the topic has been created', async () => {
    const topic = newTopicName();
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      await expect(producer.send({ topic, value: 'too early' })).rejects.toBeInstanceOf(UnknownTopicError);
      await kafka().createTopic({ name: topic });
      const sent = () => producer.send({ topic, value: 'v' });
      await expect.poll(sent, { timeout: 15_000 }).toMatchObject({ topic, offset: '0' });
    });
  });

  it('because the topic has no such partition says how many there are', async () => {
    const topic = await kafka().createTopic({ partitions: 2 });
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      const refused = producer.send({ topic, value: 'v', partition: 2 });
      await expect(refused).rejects.toBeInstanceOf(UnknownTopicError);
      await expect(refused).rejects.toMatchObject({ topic, partition: 2, partitionCount: 2 });
      await expect(producer.send({ topic, value: 'v', partition: 1 })).resolves.toMatchObject({ partition: 1 });
    });
  });

  it('because we do not know its partition yet is taken when the topic has got it meanwhile', async () => {
    const topic = await kafka().createTopic({ partitions: 2 });
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      await producer.send({ topic, value: 'before' });
      await administer(kafka().bootstrap, (admin) =>
        admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] }),
      );
      const sent = () => producer.send({ topic, value: 'after', partition: 3 });
      await expect.poll(sent, { timeout: 15_000 }).toMatchObject({ partition: 3 }); // brokers hear of it one by one
    });
  });

  it('because its topic was deleted while it waited fails long before its delivery time is over', async () => {
    const topic = await kafka().createTopic();
    const settings = { lingerMs: 1_000, deliveryTimeoutMs: 600_000 };
    await useProducer(kafka().bootstrap, { producer: settings }, async (producer) => {
      await producer.partitionsFor(topic);
      const sent = producer.send({ topic, value: 'too late' }).catch((error: unknown) => error);
      await administer(kafka().bootstrap, (admin) => admin.deleteTopics({ topics: [topic] }));
      expect(await sent).toBeInstanceOf(UnknownTopicError);
      expect(producer.stats()).toMatchObject({ bufferedBytes: 0, failedRecords: 1 });
    });
  });

  it('because it exceeds maxRequestSizeBytes fails alone, and before anything is sent', async () => {
    const topic = await kafka().createTopic();
    await useProducer(kafka().bootstrap, { producer: { maxRequestSizeBytes: 10_000 } }, async (producer) => {
      const [before, tooLarge, after] = await Promise.allSettled([
        producer.send({ topic, value: 'before' }),
        producer.send({ topic, value: 'x'.repeat(10_001) }),
        producer.send({ topic, value: 'after' }),
      ]);
      expect(tooLarge.status === 'rejected' && tooLarge.reason).toBeInstanceOf(RecordTooLargeError);
      expect(tooLarge).toMatchObject({ reason: { topic, limit: 'maxRequestSizeBytes', limitBytes: 10_000 } });
      expect(before).toMatchObject({ status: 'fulfilled', value: { offset: '0' } });
      expect(after).toMatchObject({ status: 'fulfilled', value: { offset: '1' } });
    });
  });

  it("because it exceeds the topic's max.message.bytes fails alone, and its neighbours keep their order", async () => {
    const topic = await kafka().createTopic({ configs: { 'max.message.bytes': '5000' } });
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      const values = ['a', 'b', 'x'.repeat(6_000), 'c', 'd'];
      const results = await Promise.allSettled(values.map((value) => producer.send({ topic, value })));
      expect(results.map((it) => it.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      expect(results[2]).toMatchObject({
        reason: { code: 'KAFKA_PRODUCER_RECORD_TOO_LARGE', limit: 'max.message.bytes' },
      });
    });
    const records = await recordsIn(kafka().bootstrap, topic);
    expect(records.map((it) => it.value?.toString())).toEqual(['a', 'b', 'c', 'd']);
  });
});

describeWithKafka('a record without a key in a compacted topic', (kafka) => {
  it('is told so, and its neighbours that it was not they', async () => {
    const topic = newTopicName();
    await kafka().createTopic({ name: topic, configs: { 'cleanup.policy': 'compact' } });
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      const keys = ['a', null, 'c'];
      const refused = await Promise.allSettled(
        keys.map((key) => producer.send({ topic, partition: 0, key, value: 'v' })),
      );
      expect(refused.map((it) => it.status === 'rejected' && (it.reason as Error).message)).toEqual([
        expect.stringContaining('another record of its batch was refused'),
        expect.stringMatching(/INVALID_RECORD \(87\): Compacted topic cannot accept message without key/),
        expect.stringContaining('another record of its batch was refused'),
      ]);
      await expect(producer.send({ topic, key: 'a', value: 'again' })).resolves.toMatchObject({ offset: '0' });
    });
  });
});

async function administer(brokers: readonly string[], work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Kafka({ clientId: 'admin', brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
