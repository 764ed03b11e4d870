import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { onTestFinished } from 'vitest';

import { Emit } from '../../decorators/emit.decorator.js';
import { KafkaProducerModule } from '../../kafka-producer.module.js';
import { KafkaProducerService } from '../../kafka-producer.service.js';
import { InjectKafkaProducer } from '../../kafka-producer.tokens.js';
import type { KafkaProducerOptions } from '../../options/module.options.js';
import { defineTopic } from '../../topics/define-topic.js';
import { CommittedRecords } from '../committed-records.js';
import { inMemoryKafka } from '../in-memory-kafka.js';
import type { InMemoryKafkaOptions } from '../in-memory-topics.js';

interface Order {
  readonly id: string;
  readonly total: number;
}

const orderPlaced = defineTopic<Order>('orders', { key: ({ id }) => id, headers: () => ({ type: 'OrderPlaced' }) });

/** Emits with one producer and sends with another. */
@Injectable()
export class Orders {
  constructor(@InjectKafkaProducer('audit') readonly audit: KafkaProducerService) {}

  @Emit(orderPlaced)
  async place(order: Order): Promise<Order> {
    await this.audit.send({ topic: 'audit', value: `placed ${order.id}` });
    return order;
  }
}

/** Nobody listens there, and nobody is asked. */
const client = { brokers: ['localhost:1'] };

/** An application whose module imports two producers, neither of which finds a broker. */
export function application(options: Partial<KafkaProducerOptions> = {}) {
  @Module({
    imports: [
      KafkaProducerModule.forRoot({ client, connect: 'eager', ...options }),
      KafkaProducerModule.forRoot({ client, connect: 'eager', name: 'audit' }),
    ],
    providers: [Orders],
  })
  class AppModule {}
  return AppModule;
}

/** Started, and closed when the test has ended. */
export async function start(options?: Partial<KafkaProducerOptions>, kafka?: InMemoryKafkaOptions) {
  const module = await inMemoryKafka(Test.createTestingModule({ imports: [application(options)] }), kafka).compile();
  onTestFinished(() => module.close());
  await module.init();
  return { module, records: module.get(CommittedRecords), producer: module.get(KafkaProducerService) };
}
