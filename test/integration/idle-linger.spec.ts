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
      const startedAt = performance.now();
      const sent = [];
      let lastAt = startedAt;
      for (let i = 0; i < 10; i++) {
        lastAt = performance.now();
        sent.push(producer.send({ topic, value: `v${i}` }));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(sent);
      // Ten turns take 2 ms; a machine that is busy elsewhere may let a linger end between two of them.
      const lingersThatMayHaveEnded = Math.floor((lastAt - startedAt) / 20);
      const requests = producer.stats().requestsSent - requestsSent;
      expect(requests).toBeGreaterThanOrEqual(1);
      expect(requests).toBeLessThanOrEqual(1 + lingersThatMayHaveEnded);
    });
  });
});
