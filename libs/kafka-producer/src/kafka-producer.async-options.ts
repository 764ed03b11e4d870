import type { Abstract, FactoryProvider, ModuleMetadata, Provider, Type } from '@nestjs/common';

import { describeValue } from './errors/describe-value.js';
import { InvalidOptionsError, type OptionProblem } from './errors/program.errors.js';
import { GIVEN_OPTIONS } from './kafka-producer.tokens.js';
import { extraProblems, type KafkaProducerModuleExtras } from './kafka-producer.extras.js';
import type { KafkaProducerOptions } from './options/module.options.js';
import { nearestName, sameName } from './options/nearest-name.js';
import { optionNames } from './options/option-groups.js';

/** Makes the options of a module; for `useClass` and `useExisting`. */
export interface KafkaProducerOptionsFactory {
  createKafkaProducerOptions(): KafkaProducerOptions | Promise<KafkaProducerOptions>;
}

/** Exactly one of `useFactory`, `useClass` and `useExisting`. None of them may depend on the request. */
export interface KafkaProducerModuleAsyncOptions extends KafkaProducerModuleExtras, Pick<ModuleMetadata, 'imports'> {
  /** What `useFactory` is called with. */
  readonly inject?: FactoryProvider['inject'];
  // oxlint-disable-next-line typescript/no-explicit-any -- as in Nest's own FactoryProvider: the parameters are what `inject` names
  readonly useFactory?: (...dependencies: any[]) => KafkaProducerOptions | Promise<KafkaProducerOptions>;
  /** Constructed by Nest, in this module. */
  readonly useClass?: Type<KafkaProducerOptionsFactory>;
  /** A provider that is there already, in one of `imports` or in a global module. */
  readonly useExisting?: Type<KafkaProducerOptionsFactory> | Abstract<KafkaProducerOptionsFactory> | string | symbol;
}

/**
 * The providers that make the options.
 *
 * @throws InvalidOptionsError with everything that is wrong about how they would be made
 */
export function asyncOptionsProviders(options: KafkaProducerModuleAsyncOptions): Provider[] {
  const problems = asyncProblems(options);
  if (problems.length > 0) {
    const module: unknown = options?.name;
    throw new InvalidOptionsError({ module: typeof module === 'string' ? module : undefined, problems });
  }
  const { useFactory, useClass, useExisting, inject = [], name } = options;
  if (useFactory !== undefined) return [{ provide: GIVEN_OPTIONS, inject, useFactory }];
  if (useClass !== undefined) return [useClass, fromFactory('useClass', useClass, name)];
  return [fromFactory('useExisting', useExisting!, name)];
}

function fromFactory(
  way: 'useClass' | 'useExisting',
  token: NonNullable<Existing>,
  module: string | undefined,
): Provider {
  return {
    provide: GIVEN_OPTIONS,
    inject: [token],
    useFactory: (factory: Partial<KafkaProducerOptionsFactory> | null | undefined) => {
      if (typeof factory?.createKafkaProducerOptions === 'function') return factory.createKafkaProducerOptions();
      const message = `${typeof token === 'function' ? token.name : String(token)} has no method createKafkaProducerOptions()`;
      throw new InvalidOptionsError({ module, problems: [{ path: way, message }] });
    },
  };
}

type Existing = KafkaProducerModuleAsyncOptions['useExisting'];

const WAYS = ['useFactory', 'useClass', 'useExisting'] as const;
const ONE_WAY = 'exactly one of useFactory, useClass and useExisting';
const NAMES: readonly string[] = ['name', 'isGlobal', 'imports', 'inject', ...WAYS];

function asyncProblems(options: unknown): OptionProblem[] {
  if (typeof options !== 'object' || options === null) {
    return [{ path: 'forRootAsync', message: `needs an object with ${ONE_WAY}, got ${describeValue(options)}` }];
  }
  const given = options as Readonly<Record<string, unknown>>;
  const problems = extraProblems(given);
  const unless = (isRight: boolean, path: string, message: string): void => {
    if (!isRight) problems.push({ path, message });
  };
  const wrong = (path: string, expected: string): void =>
    unless(false, path, `must be ${expected}, got ${describeValue(given[path])}`);
  const ways = WAYS.filter((way) => given[way] !== undefined);
  unless(ways.length === 1, 'forRootAsync', `needs ${ONE_WAY}, got ${ways.join(' and ') || 'none'}`);
  for (const way of ['useFactory', 'useClass'] as const) {
    if (ways.includes(way) && typeof given[way] !== 'function')
      wrong(way, way === 'useClass' ? 'a class' : 'a function');
  }
  if (given['useExisting'] === null) wrong('useExisting', 'the token of a provider');
  for (const list of ['inject', 'imports']) {
    if (given[list] !== undefined && !Array.isArray(given[list])) wrong(list, 'an array');
  }
  const injectsNothing = given['inject'] === undefined || given['useFactory'] !== undefined;
  unless(
    injectsNothing,
    'inject',
    'has an effect with useFactory only; a class names what it needs in its constructor',
  );
  for (const [name, value] of Object.entries(given)) {
    unless(value === undefined || NAMES.includes(name), name, unknownName(name));
  }
  return problems;
}

function unknownName(name: string): string {
  if (optionNames('').includes(name))
    return 'has no effect beside useFactory, useClass or useExisting: return it from there';
  const meant = sameName(name, NAMES) ?? nearestName(name, NAMES);
  return meant === undefined
    ? `is not known to forRootAsync() (known: ${NAMES.join(', ')})`
    : `is not known to forRootAsync(); did you mean '${meant}'?`;
}
