import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import {
  Global,
  Injectable,
  Logger,
  Module,
  Scope,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { KafkaProducerModule } from './kafka-producer.module.js';
import { KafkaProducerService } from './kafka-producer.service.js';
import { InjectKafkaProducer } from './kafka-producer.tokens.js';
import type { KafkaProducerOptions } from './options/module.options.js';
import { client, withFakeParts } from './decorators/spec-support/fake-parts.js';
import { credentials, refused, tooOld } from './decorators/spec-support/failing-starts.js';

function application(
  options: Partial<KafkaProducerOptions> = {},
  providers: (new (...args: never[]) => object)[] = [],
) {
  return withFakeParts({ imports: [KafkaProducerModule.forRoot({ client, ...options })], providers });
}

let logged: string[];

beforeEach(() => {
  logged = [];
  for (const level of ['log', 'warn', 'error'] as const) {
    vi.spyOn(Logger.prototype, level).mockImplementation(function (this: { context?: string }, message: unknown) {
      if (this.context === 'KafkaProducer') logged.push(`${level}: ${String(message)}`);
    });
  }
});

describe('connect', () => {
  it.each([
    ['lazy', []],
    ['background', ['ping within 5000']],
    ['eager', ['ping within 5000']],
  ] as const)('%s asks the cluster for %o', async (connect, asked) => {
    const { builder, cluster } = application({ connect, connectTimeoutMs: 5_000 });
    const app = await builder.compile();
    expect(cluster.log).toEqual([]);
    await app.init();
    expect(cluster.log).toEqual(asked);
    await app.close();
  });

  it.each([
    [
      'warns when no broker answers',
      refused,
      'warn: No answer from a broker within 10000 ms (brokers: b1:9092). The application runs on; records wait up to maxBlockMs (60000 ms) for a broker.',
    ],
    [
      'does not speak of time when time is not the reason',
      tooOld,
      'error: Produce needs version 9 to 12 but broker b1:9092 offers 0 to 7. Brokers from Kafka 2.6 on are supported: upgrade the broker, or switch off the feature that needs this request. The application runs on; records wait up to maxBlockMs (60000 ms) for a broker.',
    ],
    ['reports refused credentials', credentials, `error: ${credentials.message}`],
  ])('in the background starts without brokers: %s', async (_title, unreachable, line) => {
    const { builder, cluster } = application();
    cluster.unreachable = unreachable;
    const app = await (await builder.compile()).init();
    await vi.waitFor(() => expect(logged).toEqual([line]));
    await app.close();
  });

  it.each<[string, object]>([
    ['anything', {}],
    ['an instance of our class', Object.create(KafkaProducerService.prototype) as object],
  ])('does not happen when a test put its own producer under the token: %s', async (_title, own) => {
    const { builder, cluster } = application({ connect: 'eager' });
    const app = await builder.overrideProvider(KafkaProducerService).useValue(own).compile();
    await app.init();
    expect(cluster.log).toEqual([]);
    await app.close();
  });

  it('does not happen when what is under the token depends on the request, and the application still ends properly', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    @Global()
    @Module({ providers: [PerRequest], exports: [PerRequest] })
    class TenantModule {}
    const { builder, cluster } = withFakeParts({
      imports: [TenantModule, KafkaProducerModule.forRoot({ client, connect: 'eager' })],
    });
    const perRequest = { inject: [PerRequest], factory: (request: PerRequest): PerRequest => request };
    const app = await builder.overrideProvider(KafkaProducerService).useFactory(perRequest).compile();
    await app.init();
    expect(cluster.log).toEqual([]);
    await app.close();
    expect(cluster.log).toEqual(['flush', 'drain within 10000', 'close']);
  });
});

describe('shutdown', () => {
  @Injectable()
  class LateEmitter implements OnApplicationBootstrap, OnModuleDestroy {
    constructor(@InjectKafkaProducer() private readonly producer: KafkaProducerService) {}

    async onApplicationBootstrap(): Promise<void> {
      await this.producer.send({ topic: 'early', value: 1 });
    }

    async onModuleDestroy(): Promise<void> {
      await this.producer.send({ topic: 'late', value: 1 });
    }
  }

  it('drains with the deadline, then disconnects; until then everybody may emit', async () => {
    const { builder, cluster, pipeline } = application({ connect: 'lazy', shutdownTimeoutMs: 1_234 }, [LateEmitter]);
    const app = await (await builder.compile()).init();
    await app.close();
    expect(pipeline.records.map(({ topic }) => topic)).toEqual(['early', 'late']);
    expect(cluster.log).toEqual(['flush', 'drain within 1234', 'close']);
    expect(logged).toEqual([]);
  });

  it('reports what was not delivered, to the log and the channel', async () => {
    const published: unknown[] = [];
    const listener = (message: unknown): void => void published.push(message);
    subscribe('nestjs-kafka-producer:closed', listener);
    const { builder, pipeline } = application({ connect: 'lazy' });
    pipeline.report = { delivered: 3, undelivered: 12 };
    const app = await (await builder.compile()).init();
    await app.close();
    unsubscribe('nestjs-kafka-producer:closed', listener);
    expect(published).toEqual([
      { producer: 'default', delivered: 3, undelivered: 12, durationMs: expect.any(Number) as number },
    ]);
    expect(logged).toEqual([
      'error: Closed with 12 records not delivered, 3 delivered while closing. Each was rejected with its reason: if that is the end of shutdownTimeoutMs (10000 ms), raise it, or find out why the brokers do not answer.',
    ]);
  });

  it('happens once, however often it is asked for', async () => {
    const { builder, cluster } = application({ connect: 'lazy' });
    const app = await (await builder.compile()).init();
    await Promise.all([app.close(), app.close()]);
    expect(cluster.log.filter((entry) => entry === 'close')).toHaveLength(1);
  });
});

describe('the notice at exit', () => {
  let listeners: number;
  const emitted: unknown[] = [];
  const onWarning = (warning: Error): void => void emitted.push(warning.name);

  beforeEach(() => {
    listeners = process.listenerCount('exit');
    process.on('warning', onWarning);
  });
  afterEach(() => void process.off('warning', onWarning));

  it('is armed while the application runs, for many applications without a warning', async () => {
    const limit = process.getMaxListeners();
    const apps = await Promise.all(
      Array.from({ length: 15 }, async () => (await application({ connect: 'lazy' }).builder.compile()).init()),
    );
    expect(process.listenerCount('exit')).toBe(listeners + 15);
    await new Promise((resolve) => setImmediate(resolve));
    expect(emitted).toEqual([]);
    await Promise.all(apps.map((app) => app.close()));
    expect(process.listenerCount('exit')).toBe(listeners);
    expect(process.getMaxListeners()).toBe(limit);
  });
});
