import { Injectable } from '@nestjs/common';
import { describe, expect, it } from 'vitest';

import { client, withFakeParts } from './decorators/spec-support/fake-parts.js';
import type { InvalidOptionsError } from './errors/program.errors.js';
import { KafkaProducerModule } from './kafka-producer.module.js';
import type { KafkaProducerOptionsFactory } from './kafka-producer.async-options.js';
import { KafkaProducerService } from './kafka-producer.service.js';
import { getKafkaProducerToken, RESOLVED_OPTIONS } from './kafka-producer.tokens.js';
import type { KafkaProducerOptions } from './options/module.options.js';

const useFactory = (): KafkaProducerOptions => ({ client });

class Settings {
  createKafkaProducerOptions(): KafkaProducerOptions {
    return { client };
  }
}

function problemsOf(run: () => unknown): Record<string, string> {
  const error = thrownBy(run);
  expect(error).toMatchObject({ code: 'KAFKA_PRODUCER_INVALID_OPTIONS' });
  return Object.fromEntries((error as InvalidOptionsError).problems.map(({ path, message }) => [path, message]));
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}

describe('forRootAsync', () => {
  it.each<[string, unknown, Record<string, string>]>([
    [
      'nothing',
      undefined,
      { forRootAsync: 'needs an object with exactly one of useFactory, useClass and useExisting, got undefined' },
    ],
    ['no way', {}, { forRootAsync: 'needs exactly one of useFactory, useClass and useExisting, got none' }],
    [
      'two ways',
      { useFactory, useClass: Settings },
      { forRootAsync: 'needs exactly one of useFactory, useClass and useExisting, got useFactory and useClass' },
    ],
    ['a factory that is none', { useFactory: { client } }, { useFactory: 'must be a function, got an object' }],
    ['a class that is none', { useClass: 'Settings' }, { useClass: "must be a class, got 'Settings'" }],
    ['no token', { useExisting: null }, { useExisting: 'must be the token of a provider, got null' }],
    [
      'inject beside a class',
      { useClass: Settings, inject: [Settings] },
      { inject: 'has an effect with useFactory only; a class names what it needs in its constructor' },
    ],
    ['inject that is no list', { useFactory, inject: Settings }, { inject: 'must be an array, got a function' }],
    ['an empty name', { useFactory, name: '' }, { name: "must be a string that is not empty, got ''" }],
    ['a name that is a number', { useFactory, name: 7 }, { name: 'must be a string that is not empty, got 7' }],
    ['a name that is null', { useFactory, name: null }, { name: 'must be a string that is not empty, got null' }],
    ['isGlobal as text', { useFactory, isGlobal: 'no' }, { isGlobal: "must be true or false, got 'no'" }],
    [
      'options beside the factory',
      { useFactory, client, connect: 'eager' },
      {
        client: 'has no effect beside useFactory, useClass or useExisting: return it from there',
        connect: 'has no effect beside useFactory, useClass or useExisting: return it from there',
      },
    ],
    [
      'another spelling',
      { useFactory, isglobal: true },
      { isglobal: "is not known to forRootAsync(); did you mean 'isGlobal'?" },
    ],
    [
      'an unknown name',
      { useFactory, xyz: 1 },
      {
        xyz: 'is not known to forRootAsync() (known: name, isGlobal, imports, inject, useFactory, useClass, useExisting)',
      },
    ],
  ])('refuses what says nothing about how options are made: %s', (_title, given, problems) => {
    expect(problemsOf(() => KafkaProducerModule.forRootAsync(given as never))).toEqual(problems);
  });

  it('takes undefined for what is left out', () => {
    const given = {
      useFactory,
      useClass: undefined,
      name: undefined,
      isGlobal: undefined,
      imports: undefined,
      xyz: undefined,
    };
    expect(KafkaProducerModule.forRootAsync(given as never)).toMatchObject({ global: true });
  });

  it.each(['useClass', 'useExisting'])('refuses a %s without the method, at bootstrap', async (way) => {
    @Injectable()
    class Empty {}
    const module = KafkaProducerModule.forRootAsync({ [way]: Empty });
    const { builder } = withFakeParts({
      imports: [{ module: class {}, global: true, providers: [Empty], exports: [Empty] }, module],
    });
    await expect(builder.compile()).rejects.toMatchObject({
      problems: [{ path: way, message: 'Empty has no method createKafkaProducerOptions()' }],
    });
  });

  it('takes an abstract class as the token of what exists', async () => {
    abstract class AnySettings implements KafkaProducerOptionsFactory {
      abstract createKafkaProducerOptions(): KafkaProducerOptions;
    }
    const provider = { provide: AnySettings, useClass: Settings };
    const imports = [{ module: class {}, providers: [provider], exports: [AnySettings] }];
    const module = KafkaProducerModule.forRootAsync({ imports, useExisting: AnySettings });
    const app = await withFakeParts({ imports: [module] }).builder.compile();
    expect(app.get(RESOLVED_OPTIONS, { strict: false })).toMatchObject({ client });
  });
});

describe('forRoot', () => {
  it('refuses wrong extras together with wrong options, at bootstrap', async () => {
    const given = { client, name: '', isGlobal: 1, producer: { lingerMs: -1 } };
    const { builder } = withFakeParts({ imports: [KafkaProducerModule.forRoot(given as never)] });
    await expect(builder.compile()).rejects.toMatchObject({
      problems: [{ path: 'name' }, { path: 'isGlobal' }, { path: 'producer.lingerMs' }],
    });
  });

  it('reads getters of a settings class, and its extras', async () => {
    class Getters {
      get name(): string {
        return 'audit';
      }
      get client(): typeof client {
        return client;
      }
      get shutdownTimeoutMs(): number {
        return 5;
      }
    }
    const app = await withFakeParts({ imports: [KafkaProducerModule.forRoot(new Getters())] }).builder.compile();
    expect(app.get(RESOLVED_OPTIONS, { strict: false })).toMatchObject({ shutdownTimeoutMs: 5 });
    expect(app.get(getKafkaProducerToken('audit'))).toBeInstanceOf(KafkaProducerService);
  });
});
