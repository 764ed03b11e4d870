import { Injectable } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';

import { withFakeParts } from '../decorators/spec-support/fake-parts.js';
import { Emit } from '../decorators/emit.decorator.js';
import { bindKafkaProducer, type EmitProducer } from '../decorators/producer-slot.js';
import { DeliveryRejectedError } from '../errors/delivery.errors.js';
import { InvalidRecordError } from '../errors/record.errors.js';
import { KafkaProducerModule } from '../kafka-producer.module.js';
import { KafkaProducerService } from '../kafka-producer.service.js';
import { InMemoryProducer } from './in-memory-producer.js';

@Injectable()
class Orders {
  @Emit<Orders['place']>('orders', { key: (result) => result.id })
  async place(id: string): Promise<{ id: string }> {
    return { id };
  }
}

describe('InMemoryProducer', () => {
  it('serves an instance without a container', async () => {
    const kafka: EmitProducer & InMemoryProducer = new InMemoryProducer();
    await bindKafkaProducer(new Orders(), kafka).place('SO-1');
    expect(kafka.records.in('orders')).toMatchObject([{ keyText: 'SO-1', json: { id: 'SO-1' } }]);
  });

  it('lets a decorated method fail as Kafka would', async () => {
    const kafka = new InMemoryProducer();
    const orders = bindKafkaProducer(new Orders(), kafka);
    kafka.outcomes.nextSend({ topic: 'orders', outcome: 'fail' });
    await expect(orders.place('SO-1')).rejects.toThrow(DeliveryRejectedError);
    expect(kafka.records.all()).toEqual([]);
  });

  it('sends, sends many, enqueues and flushes', async () => {
    const kafka = new InMemoryProducer();
    await kafka.send({ topic: 'orders', value: 'a' });
    await expect(kafka.sendAll(['b', 'c'].map((value) => ({ topic: 'orders', value })))).resolves.toHaveLength(2);
    await kafka.enqueue({ topic: 'orders', value: 'd' });
    await kafka.flush();
    expect(kafka.records.in('orders').map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
    expect(kafka.stats()).toMatchObject({ acknowledgedRecords: 4, bufferedBytes: 0 });
  });

  it('checks records and serialises as it is told', async () => {
    const kafka = new InMemoryProducer({
      name: 'audit',
      partitions: 2,
      resolveTopic: (name) => `test.${name}`,
      defaultHeaders: () => ({ tenant: 'acme' }),
      serializers: { value: { serialize: (value) => `<${String(value)}>` } },
    });
    await expect(kafka.send({ topic: 'not legal', value: 'a' })).rejects.toThrow(InvalidRecordError);
    await kafka.send({ topic: 'orders', value: 'a', partition: 1 });
    expect(kafka.records.all()).toMatchObject([
      { producer: 'audit', topic: 'test.orders', partition: 1, text: '<a>', headers: { tenant: 'acme' } },
    ]);
  });

  it('works while the date is faked', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_234 });
    try {
      await expect(new InMemoryProducer().send({ topic: 'orders', value: 'a' })).resolves.toMatchObject({
        timestamp: 1_234,
      });
    } finally {
      vi.useRealTimers();
    }
  });

  it('can stand in for the producer of an application, which connects to nothing then', async () => {
    const kafka = new InMemoryProducer();
    const client = { brokers: ['localhost:1'] };
    const { builder, cluster } = withFakeParts({
      imports: [KafkaProducerModule.forRoot({ client, connect: 'eager' })],
      providers: [Orders],
    });
    const module = await builder.overrideProvider(KafkaProducerService).useValue(kafka).compile();
    await module.init();
    await module.get(Orders).place('SO-1');
    expect(cluster.log).toEqual([]);
    expect(kafka.records.in('orders')).toHaveLength(1);
    await module.close();
  });
});
