import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { defineTopic, Emit, KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
import { expect, it } from 'vitest';

import { batchesIn, recordsIn } from '../support/batches-in.js';
import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { useProducer } from '../support/use-producer.js';

const CALLS = 1_000;
const AT_MOST_REQUESTS = 4;
const numbers = Array.from({ length: CALLS }, (_, number) => number);

describeOnEachKafka('1,000 calls in one turn of the event loop, to one partition', (kafka) => {
  it('of send() need at most 4 produce requests and keep their order', async () => {
    const topic = await kafka().createTopic();
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      const written = await Promise.all(numbers.map((number) => producer.send({ topic, value: { number } })));
      expect(written.map((it) => it.offset)).toEqual(numbers.map(String));
      expect(producer.stats().requestsSent).toBeLessThanOrEqual(AT_MOST_REQUESTS);
    });
    await expectFewRequests(kafka(), topic);
    expect(await numbersIn(kafka(), topic)).toEqual(numbers);
  });

  it('of send() need at most 4 more when the connection is up already', async () => {
    const topic = await kafka().createTopic();
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      await producer.send({ topic, value: 'warm' });
      await Promise.all(numbers.map((number) => producer.send({ topic, value: { number } })));
      expect(producer.stats().requestsSent).toBeLessThanOrEqual(1 + AT_MOST_REQUESTS);
    });
  });

  it('of an @Emit method need at most 4 produce requests and keep their order', async () => {
    const topic = await kafka().createTopic();
    const counted = defineTopic<{ number: number }>(topic, { key: null });

    @Injectable()
    class Counter {
      @Emit(counted)
      async count(number: number): Promise<{ number: number }> {
        return { number };
      }
    }

    const application = await Test.createTestingModule({
      imports: [KafkaProducerModule.forRoot({ client: { clientId: 'test', brokers: [...kafka().bootstrap] } })],
      providers: [Counter],
    }).compile();
    await application.init();
    const counter = application.get(Counter);
    await Promise.all(numbers.map((number) => counter.count(number)));
    const { requestsSent } = application.get(KafkaProducerService).stats();
    await application.close();

    expect(requestsSent).toBeLessThanOrEqual(AT_MOST_REQUESTS);
    await expectFewRequests(kafka(), topic);
    expect(await numbersIn(kafka(), topic)).toEqual(numbers);
  });
});

/** As the log shows on either cluster, and as the embedded one has counted. */
async function expectFewRequests({ bootstrap, embedded }: TestKafka, topic: string): Promise<void> {
  const batches = await batchesIn(bootstrap, topic);
  expect(batches.length).toBeGreaterThanOrEqual(1);
  expect(batches.length).toBeLessThanOrEqual(AT_MOST_REQUESTS);
  const requests = embedded?.requests('Produce').filter(({ batches: them }) => them?.some((it) => it.topic === topic));
  expect(requests?.length ?? 0).toBeLessThanOrEqual(AT_MOST_REQUESTS);
}

async function numbersIn({ bootstrap }: TestKafka, topic: string): Promise<number[]> {
  const records = await recordsIn(bootstrap, topic);
  return records.map(({ value }) => (JSON.parse(String(value)) as { number: number }).number);
}
