import { Injectable, Logger, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { describe, expect, it, vi } from 'vitest';

import { Emit } from './decorators/emit.decorator.js';
import { client, withFakeParts } from './decorators/spec-support/fake-parts.js';
import { KafkaProducerModule } from './kafka-producer.module.js';
import type { KafkaProducerOptions } from './options/module.options.js';

describe('options that depend on the request', () => {
  @Injectable({ scope: Scope.REQUEST })
  class TenantSettings {
    createKafkaProducerOptions(): KafkaProducerOptions {
      return { client };
    }
  }

  it.each([
    [
      'a factory',
      KafkaProducerModule.forRootAsync({ name: 'tenant', inject: [REQUEST], useFactory: () => ({ client }) }),
      'REQUEST',
    ],
    ['a class', KafkaProducerModule.forRootAsync({ name: 'tenant', useClass: TenantSettings }), 'TenantSettings'],
  ])(
    'are refused at bootstrap, because nothing would close a producer per request: %s',
    async (_title, module, through) => {
      const app = await withFakeParts({ imports: [KafkaProducerModule.forRoot({ client }), module] }).builder.compile();
      await expect(app.init()).rejects.toMatchObject({
        code: 'KAFKA_PRODUCER_INVALID_OPTIONS',
        message: expect.stringMatching(
          new RegExp(
            `'tenant' has 1 problem.*\\n  - forRootAsync: its options depend on the request \\(through ${through}\\).*register a module with a name for each`,
          ),
        ) as string,
      });
    },
  );
});

describe('warnings about decorated methods', () => {
  @Injectable()
  class Base {
    @Emit('orders')
    async place(): Promise<number> {
      return 1;
    }
  }
  @Injectable()
  class Quiet extends Base {
    override async place(): Promise<number> {
      return 2;
    }
  }

  it('are given once, however many modules there are', async () => {
    const warned = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const start = async (): Promise<void> => {
      const imports = ['default', 'audit'].map((name) =>
        KafkaProducerModule.forRoot({ client, name, connect: 'lazy' }),
      );
      const app = await withFakeParts({ imports, providers: [Quiet] }).builder.compile();
      await (await app.init()).close();
    };
    await start();
    expect(warned).toHaveBeenCalledTimes(1);
    await start();
    expect(warned).toHaveBeenCalledTimes(2);
  });
});

describe('the place of a registration', () => {
  it('is left out when the application has replaced what a stack is', () => {
    const given = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
    Error.prepareStackTrace = (_error, frames) => frames;
    try {
      expect(KafkaProducerModule.forRoot({ client }).module).toBe(KafkaProducerModule);
    } finally {
      if (given === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
      else Object.defineProperty(Error, 'prepareStackTrace', given);
    }
  });
});
