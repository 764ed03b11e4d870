import { RecordTooLargeError, UnknownTopicError } from 'nestjs-kafka-producer';
import { expect, it } from 'vitest';

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
