import { Inject, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { KafkaProducerService } from '../kafka-producer.service.js';
import { CommittedRecords } from './committed-records.js';
import { inMemoryKafka } from './in-memory-kafka.js';
import { ScriptedOutcomes } from './scripted-outcomes.js';
import { application, Orders, start } from './spec-support/application.js';

describe('inMemoryKafka()', () => {
  it('shares nothing between two applications', async () => {
    const [one, two] = [await start(), await start()];
    one.module.get(ScriptedOutcomes).nextSend({ outcome: 'fail' });
    await two.producer.send({ topic: 'orders', value: 'two' });
    await expect(one.producer.send({ topic: 'orders', value: 'one' })).rejects.toThrow('INVALID_RECORD');
    expect(one.records.all()).toEqual([]);
    expect(two.records.in('orders')).toMatchObject([{ text: 'two', offset: '0' }]);
  });

  it('returns the builder, for further overrides', async () => {
    const builder = Test.createTestingModule({ imports: [application()] });
    const chained = inMemoryKafka(builder);
    expect(chained).toBe(builder);
    const stub = { isStub: true };
    const module = await chained.overrideProvider(Orders).useValue(stub).compile();
    expect(module.get(Orders)).toBe(stub);
  });

  it('lets any provider of the application ask for the records', async () => {
    @Injectable()
    class Watcher {
      constructor(@Inject(CommittedRecords) readonly records: CommittedRecords) {}
    }
    const builder = Test.createTestingModule({ imports: [application()], providers: [Watcher] });
    const module = await inMemoryKafka(builder).compile();
    expect(module.get(Watcher).records).toBe(module.get(CommittedRecords));
  });

  it('works in an application without a producer', async () => {
    const module = await inMemoryKafka(Test.createTestingModule({})).compile();
    expect(module.get(CommittedRecords).all()).toEqual([]);
  });

  it('refuses anything but a builder', () => {
    expect(() => inMemoryKafka({ overrideProvider: () => {} } as never)).toThrow('Check the installed version');
  });

  it.each([
    [{ topics: [{ name: 'orders', partitions: 0 }] }, "topic 'orders' cannot have 0 partitions"],
    [{ partitions: 1.5 }, 'a topic cannot have 1.5 partitions'],
  ])('refuses %j when the application is made', async (kafka, message) => {
    const builder = Test.createTestingModule({ imports: [application()] });
    await expect(inMemoryKafka(builder, kafka).compile()).rejects.toThrow(message);
  });

  it('takes the place of an earlier call', async () => {
    const builder = inMemoryKafka(Test.createTestingModule({ imports: [application()] }), { topics: [] });
    const module = await inMemoryKafka(builder, { topics: ['orders'] }).compile();
    await module.get(KafkaProducerService).send({ topic: 'orders', value: 'a' });
    expect(module.get(CommittedRecords).in('orders')).toHaveLength(1);
  });

  it('serves an application that is made of the module', async () => {
    const builder = Test.createTestingModule({ imports: [application()] });
    const app = (await inMemoryKafka(builder).compile()).createNestApplication({ logger: false });
    onTestFinished(() => app.close());
    await app.init();
    await app.get(Orders).place({ id: 'SO-1', total: 1 });
    expect(app.get(CommittedRecords).in('orders')).toHaveLength(1);
  });
});
