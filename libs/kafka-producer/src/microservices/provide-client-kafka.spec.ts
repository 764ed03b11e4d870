import { Inject, Injectable, Scope } from '@nestjs/common';
import { ClientKafka, ClientProxy } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { client, withFakeParts } from '../decorators/spec-support/fake-parts.js';
import { RecordingProducer } from '../decorators/spec-support/recording-producer.js';
import { InvalidOptionsError } from '../errors/program.errors.js';
import { KafkaProducerModule } from '../kafka-producer.module.js';
import { KafkaProducerService } from '../kafka-producer.service.js';
import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { provideClientKafka, type ProvideClientKafkaOptions } from './provide-client-kafka.js';

describe('provideClientKafka()', () => {
  const kafka = (name?: string) => KafkaProducerModule.forRoot({ client, connect: 'lazy', name });

  it.each<[string, string | symbol | typeof ClientKafka]>([
    ['a string', 'KAFKA_SERVICE'],
    ['a symbol', Symbol('KAFKA_SERVICE')],
    ['a class', ClientKafka],
  ])('provides a ClientProxy under %s, on the producer of the module', async (_kind, token) => {
    @Injectable()
    class Orders {
      constructor(@Inject(token) readonly kafka: ClientKafka) {}
    }
    const { builder, pipeline } = withFakeParts({ imports: [kafka()], providers: [Orders, provideClientKafka(token)] });
    const module = await builder.compile();
    const { kafka: injected } = module.get(Orders);
    expect(injected).toBeInstanceOf(ClientProxy);
    await lastValueFrom(injected.emit('orders', { key: 'k', value: { id: 1 } }));
    expect(pipeline.records).toMatchObject([{ topic: 'orders', key: 'k', value: '{"id":1}' }]);
    expect(injected.unwrap()).toBe(module.get(KafkaProducerService));
  });

  it('uses the producer it names', async () => {
    const audit = new RecordingProducer();
    const module = await Test.createTestingModule({
      providers: [
        { provide: KafkaProducerService, useValue: new RecordingProducer() },
        { provide: getKafkaProducerToken('audit'), useValue: audit },
        provideClientKafka('AUDIT', { producer: 'audit' }),
      ],
    }).compile();
    await lastValueFrom(module.get<ClientProxy>('AUDIT').emit('audit', 'x'));
    expect(audit.records).toHaveLength(1);
  });

  it('is as long-lived as the producer: one per request when that is', async () => {
    const module = await Test.createTestingModule({
      providers: [
        { provide: KafkaProducerService, scope: Scope.REQUEST, useFactory: () => new RecordingProducer() },
        provideClientKafka('KAFKA_SERVICE'),
      ],
    }).compile();
    const [first, second] = [await module.resolve('KAFKA_SERVICE'), await module.resolve('KAFKA_SERVICE')];
    expect((first as ClientProxy).unwrap()).not.toBe((second as ClientProxy).unwrap());
  });

  it.each<[ProvideClientKafkaOptions | undefined, string]>([
    [undefined, 'provideClientKafka: import KafkaProducerModule.forRoot({ … })'],
    [{ producer: 'audit' }, "provideClientKafka: import KafkaProducerModule.forRoot({ name: 'audit' })"],
  ])('without its module (%o) fails the start and says what to import', async (options, remedy) => {
    const compiling = Test.createTestingModule({ providers: [provideClientKafka('KAFKA_SERVICE', options)] }).compile();
    await expect(compiling).rejects.toThrow(remedy);
  });

  it('leaves the error of a module with wrong options as it is', async () => {
    const wrong = KafkaProducerModule.forRoot({ client: { brokers: [] } });
    const compiling = Test.createTestingModule({ imports: [wrong], providers: [provideClientKafka('X')] }).compile();
    await expect(compiling).rejects.toThrow(InvalidOptionsError);
  });
});
