import { Test } from '@nestjs/testing';
import { KafkaProducerModule, KafkaProducerService, ProducerClosedError } from 'nestjs-kafka-producer';
import { expect, it } from 'vitest';

import { recordsIn } from '../support/batches-in.js';
import { describeOnEachKafka } from '../support/each-kafka.js';

const numbers = Array.from({ length: 500 }, (_, number) => String(number));

describeOnEachKafka('the shutdown of an application', (kafka) => {
  it('delivers what is buffered, each record once and in order, and refuses what comes after', async () => {
    const topic = await kafka().createTopic();
    const application = await Test.createTestingModule({
      imports: [
        KafkaProducerModule.forRoot({
          client: { clientId: 'test', brokers: [...kafka().bootstrap] },
          producer: { lingerMs: 60_000 },
        }),
      ],
    }).compile();
    await application.init();
    const producer = application.get(KafkaProducerService);
    const deliveries = await Promise.all(numbers.map((value) => producer.enqueue({ topic, value })));
    expect(producer.stats().bufferedRecords).toBe(numbers.length);

    await application.close();

    const written = await Promise.all(deliveries.map((it) => it.acknowledged));
    expect(written.map((it) => it.offset)).toEqual(numbers);
    expect((await recordsIn(kafka().bootstrap, topic)).map((it) => it.value?.toString())).toEqual(numbers);
    await expect(producer.send({ topic, value: 'late' })).rejects.toBeInstanceOf(ProducerClosedError);
  });
});
