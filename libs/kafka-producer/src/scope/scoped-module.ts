import type { ModulesContainer } from '@nestjs/core';

import type { KafkaProducerService } from '../kafka-producer.service.js';
import { DEFAULT_PRODUCER } from '../kafka-producer.tokens.js';

/** What a producer module offers to those who open scopes; a provider of it. */
export interface ScopedModule {
  readonly name: string;
  /** Its `requestScope` option; `undefined`: the application's requests get no scope of it by themselves. */
  readonly requestScope: { readonly transactional: boolean } | undefined;
  /** What emits inside the scope: the object under the module's token, so that a test's own producer finds its scopes open. */
  producer(): KafkaProducerService;
}

/** Token of {@link ScopedModule}; each module has its own. */
export const SCOPED_MODULE = Symbol.for('nestjs-kafka-producer/scoped-module');

/** Those of this application. Before they are constructed there are none. */
export function scopedModules(modules: ModulesContainer): ScopedModule[] {
  return instancesOf<ScopedModule>(modules, SCOPED_MODULE);
}

/** What the modules of this application have under a token that each may have: what is constructed, and does not depend on the request. */
export function instancesOf<T extends object>(modules: ModulesContainer, token: symbol): T[] {
  return [...modules.values()].flatMap(({ providers }) => {
    const wrapper = providers.get(token);
    return wrapper?.isDependencyTreeStatic() ? ((wrapper.instance as T | null | undefined) ?? []) : [];
  });
}

/** Whose units `transactional` means where it does not say. `undefined`: it has to. */
export function unitOwner(modules: readonly ScopedModule[]): string | undefined {
  const names = modules.map(({ name }) => name);
  if (names.includes(DEFAULT_PRODUCER)) return DEFAULT_PRODUCER;
  return names.length === 1 ? names[0] : undefined;
}
