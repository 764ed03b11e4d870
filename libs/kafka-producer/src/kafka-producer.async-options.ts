import type { FactoryProvider, ModuleMetadata, Provider, Type } from '@nestjs/common';

import { InvalidOptionsError } from './errors/program.errors.js';
import { GIVEN_OPTIONS } from './kafka-producer.tokens.js';
import type { KafkaProducerOptions } from './options/module.options.js';

/** What stands beside the options, because the container has to know it before there are options. */
export interface KafkaProducerModuleExtras {
  /** Tells modules apart; `@InjectKafkaProducer(name)` and `@Emit(…, { producer: name })` refer to it. @defaultValue 'default' */
  readonly name?: string | undefined;
  /** Whether every module may inject the producer without importing this one. @defaultValue true */
  readonly isGlobal?: boolean | undefined;
}

/** Makes the options of a module; for `useClass` and `useExisting`. */
export interface KafkaProducerOptionsFactory {
  createKafkaProducerOptions(): KafkaProducerOptions | Promise<KafkaProducerOptions>;
}

/** Exactly one of `useFactory`, `useClass` and `useExisting`. */
export interface KafkaProducerModuleAsyncOptions extends KafkaProducerModuleExtras, Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  // oxlint-disable-next-line typescript/no-explicit-any -- as in Nest's own FactoryProvider: the parameters are what `inject` names
  readonly useFactory?: (...dependencies: any[]) => KafkaProducerOptions | Promise<KafkaProducerOptions>;
  /** Constructed by Nest, in this module. */
  readonly useClass?: Type<KafkaProducerOptionsFactory>;
  /** A provider that is there already, in one of `imports` or in a global module. */
  readonly useExisting?: Type<KafkaProducerOptionsFactory> | string | symbol;
}

/** The providers that make the options. */
export function asyncOptionsProviders(options: KafkaProducerModuleAsyncOptions): Provider[] {
  const { useFactory, useClass, useExisting, inject = [], name } = options;
  if ([useFactory, useClass, useExisting].filter((way) => way !== undefined).length !== 1) {
    const message = 'needs exactly one of useFactory, useClass and useExisting';
    throw new InvalidOptionsError({ module: name, problems: [{ path: 'forRootAsync', message }] });
  }
  if (useFactory !== undefined) return [{ provide: GIVEN_OPTIONS, inject, useFactory }];
  const fromFactory = (token: NonNullable<typeof useExisting>): Provider => ({
    provide: GIVEN_OPTIONS,
    inject: [token],
    useFactory: (factory: KafkaProducerOptionsFactory) => factory.createKafkaProducerOptions(),
  });
  return useClass === undefined ? [fromFactory(useExisting!)] : [useClass, fromFactory(useClass)];
}
