import { Global, Injectable, Module, Scope, type DynamicModule, type Type } from '@nestjs/common';
import { ContextIdFactory, REQUEST } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';

import { Emit } from './decorators/emit.decorator.js';
import { client } from './decorators/spec-support/fake-parts.js';
import { KafkaProducerModule } from './kafka-producer.module.js';
import type { KafkaProducerService } from './kafka-producer.service.js';
import { getKafkaProducerToken, InjectKafkaProducer } from './kafka-producer.tokens.js';
import { InjectTopic } from './kafka-producer.topics.js';
import { CommittedRecords } from './testing/committed-records.js';
import { inMemoryKafka } from './testing/in-memory-kafka.js';
import { defineTopic } from './topics/define-topic.js';
import { TopicProducer } from './topics/topic-producer.js';

const routed = defineTopic<string>('routed', { key: null, producer: 'tenant' });

const kafka = (name?: string): DynamicModule => KafkaProducerModule.forRoot({ client, name });

function featureWith(provider: Type): DynamicModule {
  @Module({})
  class FeatureModule {}
  return { module: FeatureModule, imports: [KafkaProducerModule.forFeature([routed])], providers: [provider] };
}

async function start(imports: (DynamicModule | Type)[]) {
  const app = await inMemoryKafka(Test.createTestingModule({ imports })).compile();
  await app.init();
  return { app, records: app.get(CommittedRecords) };
}

describe('a producer that depends on the request', () => {
  const tenantOf = (request: unknown): string => (request as { tenant?: string } | undefined)?.tenant ?? 'none';

  @Global()
  @Module({
    imports: [kafka('eu'), kafka('us')],
    providers: [
      {
        provide: getKafkaProducerToken('tenant'),
        scope: Scope.REQUEST,
        inject: [REQUEST, getKafkaProducerToken('eu'), getKafkaProducerToken('us')],
        useFactory: (request: unknown, eu: KafkaProducerService, us: KafkaProducerService) =>
          tenantOf(request) === 'us' ? us : eu,
      },
    ],
    exports: [getKafkaProducerToken('tenant')],
  })
  class TenantModule {}

  @Injectable()
  class Routed {
    constructor(
      @InjectTopic(routed) readonly topic: TopicProducer<string>,
      @InjectKafkaProducer('tenant') readonly producer: KafkaProducerService,
    ) {}

    @Emit(routed)
    async emit(text: string): Promise<string> {
      return text;
    }
  }

  async function forTenant(app: TestingModule, tenant: string): Promise<Routed> {
    const context = ContextIdFactory.create();
    app.registerRequestByContextId({ tenant }, context);
    return app.resolve(Routed, context, { strict: false });
  }

  it('routes what @InjectTopic, @Emit and the service send', async () => {
    const { app, records } = await start([TenantModule, featureWith(Routed)]);
    for (const tenant of ['us', 'eu']) {
      const instance = await forTenant(app, tenant);
      await instance.topic.send(`${tenant} topic`);
      await instance.emit(`${tenant} emit`);
      await instance.producer.send(routed(`${tenant} service`));
    }
    const sent = records.all().map(({ producer, text }) => [producer, text]);
    expect(sent).toEqual(
      ['us', 'eu'].flatMap((name) => ['topic', 'emit', 'service'].map((how) => [name, `${name} ${how}`])),
    );
    await app.close();
  });

  it('has to be visible, and the first call says so', async () => {
    @Module({ providers: [{ provide: getKafkaProducerToken('tenant'), scope: Scope.REQUEST, useFactory: () => ({}) }] })
    class HiddenModule {}
    @Injectable()
    class Blind {
      @InjectTopic(routed) readonly topic!: TopicProducer<string>;
    }
    const { app } = await start([kafka(), HiddenModule, featureWith(Blind)]);
    await expect(app.get(Blind, { strict: false }).topic.send('x')).rejects.toThrow(
      "the producer 'tenant' of topic 'routed' depends on the request and is not visible here; export it from a module with @Global()",
    );
    await app.close();
  });
});
