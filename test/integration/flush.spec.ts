import { expect, it } from 'vitest';

import { recordsIn } from '../support/batches-in.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { useProducer } from '../support/use-producer.js';

/** Longer than any test may take: only a flush sends what is buffered. */
const NEVER_MS = 80_000;
const unhurried = { producer: { lingerMs: NEVER_MS } };

describeOnEachKafka('flush()', (kafka) => {
  it('settles everything that was accepted before it, in all partitions, and nothing that came later', async () => {
    const topic = await kafka().createTopic({ partitions: 3 });
    await useProducer(kafka().bootstrap, unhurried, async (producer) => {
      const settled: string[] = [];
      const enqueue = async (value: string, partition: number) => {
        const { acknowledged } = await producer.enqueue({ topic, value, partition });
        void acknowledged.then(() => settled.push(value));
      };
      for (const partition of [0, 1, 2]) await enqueue(`before ${partition}`, partition);
      const flushed = producer.flush();
      for (const partition of [0, 1, 2]) await enqueue(`after ${partition}`, partition);
      await flushed;

      expect(settled.toSorted()).toEqual(['before 0', 'before 1', 'before 2']);
      expect(producer.stats().bufferedRecords).toBe(3);
      const inLog = await Promise.all([0, 1, 2].map((partition) => recordsIn(kafka().bootstrap, topic, partition)));
      expect(inLog.flat().map((it) => it.value?.toString())).toEqual(['before 0', 'before 1', 'before 2']);
    });
  });

  it('covers a send() of the same turn that nobody has awaited yet', async () => {
    const topic = await kafka().createTopic();
    await useProducer(kafka().bootstrap, unhurried, async (producer) => {
      const sent = producer.send({ topic, value: 'v' });
      await producer.flush();
      expect(await recordsIn(kafka().bootstrap, topic)).toHaveLength(1);
      await expect(sent).resolves.toMatchObject({ offset: '0' });
    });
  });

  it('resolves when there is nothing to wait for', async () => {
    await useProducer(kafka().bootstrap, unhurried, async (producer) => {
      await expect(producer.flush()).resolves.toBeUndefined();
    });
  });

  it('resolves also when a record it waited for has failed; its sender is told', async () => {
    const topic = await kafka().createTopic({ configs: { 'max.message.bytes': '1000' } });
    await useProducer(kafka().bootstrap, unhurried, async (producer) => {
      const { acknowledged } = await producer.enqueue({ topic, value: 'x'.repeat(2_000) });
      await producer.flush();
      await expect(acknowledged).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_RECORD_TOO_LARGE' });
    });
  });
});
