import { Inject, Injectable, Logger, Module } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';

import { KafkaProducerModule } from './kafka-producer.module.js';
import { KafkaProducerService } from './kafka-producer.service.js';
import { getKafkaProducerToken, InjectKafkaProducer, RESOLVED_OPTIONS } from './kafka-producer.tokens.js';
import type { KafkaProducerOptions } from './options/module.options.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import { client, withFakeParts } from './decorators/spec-support/fake-parts.js';

const options: KafkaProducerOptions = { client, producer: { lingerMs: 7 } };

@Injectable()
class Settings {
  createKafkaProducerOptions(): KafkaProducerOptions {
    return options;
  }
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

describe('registration', () => {
  it.each([
    ['forRoot', KafkaProducerModule.forRoot(options)],
    ['forRootAsync useFactory', KafkaProducerModule.forRootAsync({ useFactory: async () => options })],
    [
      'forRootAsync useFactory with imports and inject',
      KafkaProducerModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: (settings: Settings) => settings.createKafkaProducerOptions(),
      }),
    ],
    ['forRootAsync useClass', KafkaProducerModule.forRootAsync({ useClass: Settings })],
    [
      'forRootAsync useExisting',
      KafkaProducerModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings }),
    ],
  ])('works with %s', async (_title, dynamicModule) => {
    const { builder } = withFakeParts({ imports: [dynamicModule] });
    const app = await builder.compile();
    expect(app.get<ResolvedOptions>(RESOLVED_OPTIONS, { strict: false }).producer.lingerMs).toBe(7);
    expect(app.get(KafkaProducerService)).toBeInstanceOf(KafkaProducerService);
  });

  it('refuses wrong options, all of them, naming the module', async () => {
    const wrong = { client: { brokers: [] }, producer: { lingerMs: -1 } };
    const { builder } = withFakeParts({ imports: [KafkaProducerModule.forRoot({ ...wrong, name: 'audit' })] });
    await expect(builder.compile()).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_INVALID_OPTIONS',
      problems: [{ path: 'client.brokers' }, { path: 'producer.lingerMs' }],
      message: expect.stringContaining("KafkaProducerModule 'audit' has 2 problems") as string,
    });
  });

  it('refuses options that are missing altogether, at bootstrap', async () => {
    const { builder } = withFakeParts({ imports: [KafkaProducerModule.forRoot(undefined as never)] });
    await expect(builder.compile()).rejects.toMatchObject({ problems: [{ path: 'client.brokers' }] });
  });

  it('refuses a name that comes out of a factory, where it would have no effect', async () => {
    const useFactory = (): KafkaProducerOptions => ({ ...options, name: 'audit' }) as KafkaProducerOptions;
    const { builder } = withFakeParts({ imports: [KafkaProducerModule.forRootAsync({ useFactory })] });
    await expect(builder.compile()).rejects.toMatchObject({
      problems: [
        { path: 'name', message: 'stands beside useFactory, useClass or useExisting, not in what they return' },
      ],
    });
  });

  it('logs the warnings of the options', async () => {
    const warned = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const { builder } = withFakeParts({ imports: [KafkaProducerModule.forRoot({ client, producer: { acks: 1 } })] });
    await (await builder.compile()).init();
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('Idempotence is off'));
  });
});

describe('names', () => {
  @Injectable()
  class Both {
    constructor(
      @InjectKafkaProducer() readonly main: KafkaProducerService,
      @InjectKafkaProducer('audit') readonly audit: KafkaProducerService,
      @Inject(KafkaProducerService) readonly byClass: KafkaProducerService,
    ) {}
  }

  it('tell producers apart', async () => {
    const { builder } = withFakeParts({
      imports: [KafkaProducerModule.forRoot(options), KafkaProducerModule.forRoot({ ...options, name: 'audit' })],
      providers: [Both],
    });
    const app = await builder.compile();
    const both = app.get(Both);
    expect(both.main).toBe(both.byClass);
    expect(both.audit).not.toBe(both.main);
    expect(both.audit).toBe(app.get(getKafkaProducerToken('audit')));
    expect(getKafkaProducerToken()).toBe(KafkaProducerService);
  });

  it('must be unique: two modules of one name are refused at bootstrap, naming both', async () => {
    @Module({ imports: [KafkaProducerModule.forRoot(options)] })
    class OrdersModule {}
    @Module({ imports: [KafkaProducerModule.forRoot({ ...options, name: 'default' })] })
    class BillingModule {}
    const { builder } = withFakeParts({ imports: [OrdersModule, BillingModule] });
    const app = await builder.compile();
    await expect(app.init()).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_INVALID_OPTIONS',
      message: expect.stringMatching(
        /2 modules are named 'default': one in OrdersModule at .*module\.spec\.ts:\d+:\d+.* and one in BillingModule at .*module\.spec\.ts:\d+:\d+.*; give all but one another name/,
      ) as string,
    });
  });
});

describe('isGlobal', () => {
  @Injectable()
  class Consumer {
    constructor(@InjectKafkaProducer() readonly producer: KafkaProducerService) {}
  }

  @Module({ providers: [Consumer] })
  class FeatureModule {}

  it('is true unless told otherwise', async () => {
    const { builder } = withFakeParts({ imports: [KafkaProducerModule.forRoot(options), FeatureModule] });
    expect((await builder.compile()).get(Consumer, { strict: false }).producer).toBeInstanceOf(KafkaProducerService);
  });

  it('is false: only importers may inject', async () => {
    const { builder } = withFakeParts({
      imports: [KafkaProducerModule.forRoot({ ...options, isGlobal: false }), FeatureModule],
    });
    await expect(builder.compile()).rejects.toThrow("can't resolve dependencies of the Consumer");
  });
});
