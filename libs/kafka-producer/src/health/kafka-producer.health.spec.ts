import { Scope, type ModuleMetadata, type Provider } from '@nestjs/common';
import * as terminus12 from '@nestjs/terminus';
import { Test, type TestingModule } from '@nestjs/testing';
import * as terminus11 from 'terminus11';
import { afterEach, describe, expect, it } from 'vitest';

import { KafkaProducerModule } from '../kafka-producer.module.js';
import type { KafkaProducerService } from '../kafka-producer.service.js';
import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { inMemoryKafka } from '../testing/in-memory-kafka.js';
import { ScriptedOutcomes } from '../testing/scripted-outcomes.js';
import { KafkaProducerHealthIndicator } from './kafka-producer.health.js';

/** Where Terminus 11 is installed its service is what `@nestjs/terminus` exports; here it stands in for the other one. */
const VERSIONS: [
  number,
  ModuleMetadata,
  typeof terminus11.HealthCheckService | typeof terminus12.HealthCheckService,
][] = [
  [
    11,
    {
      imports: [terminus11.TerminusModule.forRoot({ logger: false })],
      providers: [{ provide: terminus12.HealthIndicatorService, useExisting: terminus11.HealthIndicatorService }],
    },
    terminus11.HealthCheckService,
  ],
  [12, { imports: [terminus12.TerminusModule.forRoot({ logger: false })] }, terminus12.HealthCheckService],
];

const client = { brokers: ['localhost:1'] };
const PRODUCERS = [
  KafkaProducerModule.forRoot({ client, connect: 'lazy' }),
  KafkaProducerModule.forRoot({ client, connect: 'lazy', name: 'audit' }),
];

describe.each(VERSIONS)('the health indicator under Terminus %i', (version, terminus, healthCheckService) => {
  let module: TestingModule;
  afterEach(() => module.close());

  async function start(...others: Provider[]) {
    const builder = Test.createTestingModule({
      imports: [...PRODUCERS, ...(terminus.imports ?? [])],
      providers: [KafkaProducerHealthIndicator, ...(terminus.providers ?? []), ...others],
    });
    module = await inMemoryKafka(builder).compile();
    await module.init();
    const indicator = module.get(KafkaProducerHealthIndicator);
    const service = module.get<terminus12.HealthCheckService>(healthCheckService);
    return {
      indicator,
      check: (options?: Parameters<typeof indicator.isHealthy>[1]) =>
        service.check([() => indicator.isHealthy('kafka', options)]),
    };
  }

  it('is up while the producer has nothing to do', async () => {
    const { check } = await start();
    await expect(check()).resolves.toMatchObject({
      status: 'ok',
      info: {
        kafka: {
          status: 'up',
          producer: 'default',
          brokersConnected: 1,
          bufferedRecords: 0,
          waitingRecords: 0,
          bufferedBytes: 0,
          oldestUnsentAgeMs: 0,
          oldestUncommittedAgeMs: 0,
        },
      },
    });
  });

  it('is down for the producer that holds a record for too long, and for no other one', async () => {
    const { check } = await start();
    const slow = module.get(ScriptedOutcomes).nextSend({ producer: 'audit', outcome: 'slow' });
    const audit = module.get<KafkaProducerService>(getKafkaProducerToken('audit'));
    const sent = audit.send({ topic: 'audit', value: 'a' });
    await slow.reached;
    await expect(check()).resolves.toMatchObject({ status: 'ok' });
    const failure = check({ producer: 'audit', maxUnsentAgeMs: 0 });
    await expect(failure).rejects.toMatchObject({
      status: 503,
      response: {
        status: 'error',
        error: {
          kafka: { status: 'down', producer: 'audit', bufferedRecords: 1, message: expect.any(String) as string },
        },
      },
    });
    slow.release();
    await sent;
    await expect(check({ producer: 'audit', maxUnsentAgeMs: 0 })).resolves.toMatchObject({ status: 'ok' });
  });

  it(`is ${version === 11 ? 'up with the reason' : 'degraded'} when the buffer is nearly full`, async () => {
    const { check } = await start();
    const producer = module.get<{ stats: () => object }>(getKafkaProducerToken());
    const stats = { ...producer.stats(), bufferedBytes: 99, bufferMemoryBytes: 100 };
    producer.stats = () => stats;
    const status = version === 11 ? 'up' : 'degraded';
    await expect(check()).resolves.toMatchObject({
      status: version === 11 ? 'ok' : 'degraded',
      info: { kafka: { status, message: 'the buffer is nearly full: 99 of 100 bytes' } },
    });
  });

  it('tells of no producer that depends on the request, and says whom to ask', async () => {
    const { indicator } = await start({
      provide: getKafkaProducerToken('tenant'),
      scope: Scope.REQUEST,
      useFactory: () => ({}),
    });
    await expect(indicator.isHealthy('kafka', { producer: 'tenant' })).rejects.toThrow(
      "The producer 'tenant' depends on the request, so no health is told of it. Ask about the producers it chooses from",
    );
  });

  it.each([-1, Number.NaN, '5s'])('refuses %s as an age', async (maxUnsentAgeMs) => {
    const { indicator } = await start();
    await expect(indicator.isHealthy('kafka', { maxUnsentAgeMs: maxUnsentAgeMs as number })).rejects.toThrow(
      `maxUnsentAgeMs is ${maxUnsentAgeMs}; give a number of milliseconds, 0 or more.`,
    );
  });

  it('names a producer that does not exist, and says what to do', async () => {
    const { indicator } = await start();
    await expect(indicator.isHealthy('kafka', { producer: 'odit' })).rejects.toThrow(
      "There is no producer 'odit' whose health could be told. Import KafkaProducerModule.forRoot({ name: 'odit', … }), or correct the name.",
    );
  });
});
