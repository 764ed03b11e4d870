import { expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { useProducer } from '../support/use-producer.js';

describeOnEachKafka('linger', (kafka) => {
  it('of 0 adds no wait when idle: a lone record leaves at the end of its turn', async () => {
    const topic = await kafka().createTopic({ partitions: 1 });
    await useProducer(kafka().bootstrap, { producer: { lingerMs: 0 } }, async (producer) => {
      await producer.send({ topic, value: 'warm' });
      const sent = producer.send({ topic, value: 'alone' });
      expect(producer.stats()).toMatchObject({ bufferedRecords: 1, inFlightRequests: 0 });
      await new Promise((resolve) => setImmediate(resolve));
      expect(producer.stats()).toMatchObject({ inFlightRequests: 1 });
      await sent;
    });
  });

  it('of 20 ms gathers what comes in the meantime into one request', async () => {
    const topic = await kafka().createTopic({ partitions: 1 });
    await useProducer(kafka().bootstrap, { producer: { lingerMs: 20 } }, async (producer) => {
      await producer.send({ topic, value: 'warm' });
      const { requestsSent } = producer.stats();
      const sent = [];
      for (let i = 0; i < 10; i++) {
        sent.push(producer.send({ topic, value: `v${i}` }));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(sent);
      expect(producer.stats().requestsSent - requestsSent).toBe(1);
    });
  });
});
