import { Controller, Get, Injectable, Module, type DynamicModule, type Type } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { IsString } from 'class-validator';
import { describe, expect, it, vi } from 'vitest';

import { Emit } from './decorators/emit.decorator.js';
import { client } from './decorators/spec-support/fake-parts.js';
import { KafkaProducerModule } from './kafka-producer.module.js';
import { InjectTopic } from './kafka-producer.topics.js';
import { CommittedRecords } from './testing/committed-records.js';
import { inMemoryKafka } from './testing/in-memory-kafka.js';
import { defineTopic, type AnyTopicContract } from './topics/define-topic.js';
import { TopicProducer } from './topics/topic-producer.js';

const placed = defineTopic<string>('orders', { key: null, headers: () => ({ type: 'placed' }) });
const cancelled = defineTopic<string>('orders', { key: null, headers: () => ({ type: 'cancelled' }) });
const audited = defineTopic<string>('audit', { key: null, producer: 'audit' });

@Injectable()
class Orders {
  constructor(
    @InjectTopic(placed) readonly placed: TopicProducer<string>,
    @InjectTopic(cancelled) readonly cancelled: TopicProducer<string>,
  ) {}
}

@Injectable()
class Audit {
  @InjectTopic(audited)
  readonly audited!: TopicProducer<string>;
}

const kafka = (name?: string, isGlobal?: boolean): DynamicModule =>
  KafkaProducerModule.forRoot({ client, name, isGlobal });

function feature(contracts: readonly AnyTopicContract[], ...providers: Type[]): DynamicModule {
  @Module({})
  class FeatureModule {}
  return { module: FeatureModule, imports: [KafkaProducerModule.forFeature(contracts)], providers };
}

async function start(imports: (DynamicModule | Type)[], options?: { moduleIdGeneratorAlgorithm: 'deep-hash' }) {
  const app = await inMemoryKafka(Test.createTestingModule({ imports }, options)).compile();
  await app.init();
  return { app, records: app.get(CommittedRecords) };
}

describe('forFeature', () => {
  it('makes a producer for each contract, two of one topic included', async () => {
    const { app, records } = await start([kafka(), feature([placed, cancelled], Orders)]);
    const orders = app.get(Orders, { strict: false });
    await orders.placed.send('o-1');
    await orders.cancelled.send('o-1');
    expect(records.in('orders').map(({ headers }) => headers['type'])).toEqual(['placed', 'cancelled']);
    await app.close();
  });

  it('is kept apart from another one for topics of the same names, however Nest tells modules apart', async () => {
    @Injectable()
    class OnlyCancelled {
      @InjectTopic(cancelled) readonly topic!: TopicProducer<string>;
    }
    @Injectable()
    class OnlyPlaced {
      @InjectTopic(placed) readonly topic!: TopicProducer<string>;
    }
    const imports = [kafka(), feature([placed], OnlyPlaced), feature([cancelled], OnlyCancelled)];
    const { app } = await start(imports, { moduleIdGeneratorAlgorithm: 'deep-hash' });
    expect(app.get(OnlyCancelled, { strict: false }).topic.contract).toBe(cancelled);
    expect(app.get(OnlyPlaced, { strict: false }).topic.contract).toBe(placed);
    await app.close();
  });

  it('takes a contract twice, in one module and in several', async () => {
    @Injectable()
    class Other {
      @InjectTopic(placed) readonly placed!: TopicProducer<string>;
    }
    const { app, records } = await start([
      kafka(),
      feature([placed, placed, cancelled], Orders),
      feature([placed], Other),
    ]);
    await app.get(Orders, { strict: false }).placed.send('one');
    await app.get(Other, { strict: false }).placed.send('two');
    expect(records.in('orders').map(({ text }) => text)).toEqual(['one', 'two']);
    await app.close();
  });

  it('uses the producer that the contract names', async () => {
    const { app, records } = await start([kafka(), kafka('audit'), feature([audited], Audit)]);
    await app.get(Audit, { strict: false }).audited.send('seen');
    expect(records.in('audit')[0]).toMatchObject({ producer: 'audit', text: 'seen' });
    await app.close();
  });

  it('finds the producer of a module that is not global', async () => {
    @Module({ imports: [kafka('audit', false)] })
    class ClusterModule {}
    const { app, records } = await start([feature([audited], Audit), ClusterModule]);
    await app.get(Audit, { strict: false }).audited.send('seen');
    await app.get(Audit, { strict: false }).audited.sendAll(['again']);
    expect(records.in('audit').map(({ text }) => text)).toEqual(['seen', 'again']);
    await app.close();
  });

  it('works in modules that are loaded later', async () => {
    const { app, records } = await start([kafka(), feature([placed, cancelled], Orders)]);
    const lazy = await app.get(LazyModuleLoader).load(() => feature([placed, cancelled], Orders));
    await lazy.get(Orders).placed.send('late');
    expect(records.in('orders')[0]?.text).toBe('late');
    const withoutProducer = app.get(LazyModuleLoader).load(() => feature([audited], Audit));
    await expect(withoutProducer).rejects.toThrow("import KafkaProducerModule.forRoot({ name: 'audit', … })");
    await app.close();
  });

  it('keeps two applications in one process apart', async () => {
    const first = await start([kafka(), feature([placed, cancelled], Orders)]);
    const second = await start([kafka(), feature([placed, cancelled], Orders)]);
    await first.app.get(Orders, { strict: false }).placed.send('first');
    await second.app.get(Orders, { strict: false }).placed.send('second');
    expect([first, second].map(({ records }) => records.all().map(({ text }) => text))).toEqual([
      ['first'],
      ['second'],
    ]);
    await Promise.all([first.app.close(), second.app.close()]);
  });

  it('gives way to what a test puts under the token of the contract', async () => {
    const own = { send: vi.fn<TopicProducer<string>['send']>() };
    const builder = Test.createTestingModule({ imports: [kafka(), feature([placed, cancelled], Orders)] });
    const app = await inMemoryKafka(builder).overrideProvider(placed.token).useValue(own).compile();
    expect(app.get(Orders, { strict: false }).placed).toBe(own);
  });
});

describe('forFeature at bootstrap', () => {
  it.each<[string, AnyTopicContract, string]>([
    ['default', placed, 'import KafkaProducerModule.forRoot({ … }), or correct `producer` in its defineTopic()'],
    ['audit', audited, "import KafkaProducerModule.forRoot({ name: 'audit', … })"],
  ])('says what to do when there is no producer named %s', async (name, contract, remedy) => {
    const compiling = Test.createTestingModule({
      imports: [kafka('other'), KafkaProducerModule.forFeature([contract])],
    }).compile();
    const error: unknown = await compiling.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'KAFKA_PRODUCER_INVALID_OPTIONS', problems: [{ path: 'forFeature' }] });
    expect((error as Error).message).toContain(
      `the contract of topic '${contract.topic}' uses the producer '${name}', which no module has; ${remedy}`,
    );
  });

  it('is needed: without it Nest says so', async () => {
    const compiling = Test.createTestingModule({ imports: [kafka()], providers: [Orders] }).compile();
    await expect(compiling).rejects.toThrow(
      /resolve dependencies of the Orders.*@InjectTopic\('orders'\): import KafkaProducerModule\.forFeature\(\[its contract\]\)/,
    );
  });

  it.each<[string, unknown, string]>([
    ['no array', placed, 'forFeature: needs an array of contracts, got a function'],
    ['an import cycle', [placed, undefined], 'forFeature[1]: must be what defineTopic() returned, got undefined. Most'],
    ['names', ['orders'], "forFeature[0]: must be what defineTopic() returned, got 'orders'"],
  ])('refuses %s', (_title, contracts, message) => {
    expect(() => KafkaProducerModule.forFeature(contracts as never)).toThrow(message);
  });

  it('refuses an @InjectTopic that got no contract, where the class is defined', () => {
    const late = undefined as unknown as typeof placed;
    const define = (): unknown => {
      class Broken {
        @InjectTopic(late) readonly topic!: TopicProducer<string>;
      }
      return Broken;
    };
    expect(define).toThrow(
      'Broken.topic cannot be decorated: its @InjectTopic got undefined instead of a contract. Most often two files import each other',
    );
    expect(() => {
      class Broken {
        constructor(@InjectTopic(late) readonly topic: TopicProducer<string>) {}
      }
      return Broken;
    }).toThrow('Broken cannot be decorated: its @InjectTopic got undefined');
  });
});

describe('contracts that validate by a class', () => {
  class Dto {
    @IsString() readonly id!: string;
  }
  /** As one whose class-transformer is not installed. */
  function unprepared(topic: string): AnyTopicContract {
    const contract = defineTopic(topic, { payload: Dto, key: ({ id }) => id });
    const missing = (): Promise<never> => Promise.reject(new Error(`${topic} is not prepared`));
    const payload = Object.getOwnPropertySymbols(contract).map((each) => Reflect.get(contract, each) as object)[0]!;
    vi.spyOn(payload as { prepare(): Promise<void> }, 'prepare').mockImplementation(missing);
    return contract;
  }

  it('are prepared at bootstrap where forFeature has them, also when they depend on the request', async () => {
    const compiling = Test.createTestingModule({
      imports: [kafka(), KafkaProducerModule.forFeature([unprepared('featured')])],
    }).compile();
    await expect(compiling).rejects.toThrow('featured is not prepared');
  });

  it('are prepared at bootstrap where @Emit has them', async () => {
    const contract = unprepared('emitted');
    @Controller()
    class Emitting {
      @Get()
      @Emit(contract as never)
      async place(): Promise<Dto> {
        return { id: 'o-1' };
      }
    }
    const app = await inMemoryKafka(
      Test.createTestingModule({ imports: [kafka()], controllers: [Emitting] }),
    ).compile();
    await expect(app.init()).rejects.toThrow('emitted is not prepared');
  });
});
