import { ClientOptions } from './client.options.js';
import { LifecycleOptions, SerializerOptions } from './module.options.js';
import { ProducerOptions } from './producer.options.js';
import { RequestScopeOptions } from './request-scope.options.js';
import { TransactionOptions } from './transaction.options.js';

/** The shape of the options: each group under its path, the top level under `''`. */
export const OPTION_GROUPS = {
  '': LifecycleOptions,
  client: ClientOptions,
  producer: ProducerOptions,
  transactions: TransactionOptions,
  serializers: SerializerOptions,
  requestScope: RequestScopeOptions,
} as const;

export type OptionPath = keyof typeof OPTION_GROUPS;

/** Every name a group knows; at the top level those of the other groups too. */
export function optionNames(group: OptionPath): readonly string[] {
  const own = Object.keys(new OPTION_GROUPS[group]());
  return group === '' ? [...own, ...Object.keys(OPTION_GROUPS).filter((name) => name !== '')] : own;
}

export function optionPath(group: OptionPath, name: string): string {
  return group === '' ? name : `${group}.${name}`;
}
