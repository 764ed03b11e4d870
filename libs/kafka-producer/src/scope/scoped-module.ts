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
  return [...modules.values()].flatMap(({ providers }) => {
    const wrapper = providers.get(SCOPED_MODULE);
    return wrapper?.instance === undefined || wrapper.instance === null || !wrapper.isDependencyTreeStatic()
      ? []
      : [wrapper.instance as ScopedModule];
  });
}

/** Whose units `transactional` means where it does not say. `undefined`: it has to. */
export function unitOwner(modules: readonly ScopedModule[]): string | undefined {
  const names = modules.map(({ name }) => name);
  if (names.includes(DEFAULT_PRODUCER)) return DEFAULT_PRODUCER;
  return names.length === 1 ? names[0] : undefined;
}
