import { Scope, type Logger } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

import { InvalidOptionsError, UnboundMethodError } from './errors/program.errors.js';
import { Interceptors } from './pipeline/interceptors.js';
import type { InterceptorClass, ProducerInterceptor } from './pipeline/producer-interceptor.js';

/** Metadata key of Nest: what `@Injectable()` was given. */
const SCOPE_OPTIONS = 'scope:options';

/**
 * The interceptors of one module, from the container.
 *
 * Asked for when the application starts and not while it is put together: a provider of another module may not be constructed before.
 */
export class ContainerInterceptors {
  readonly #module: string;
  readonly #classes: readonly InterceptorClass[];
  readonly #moduleRef: ModuleRef;
  readonly #logger: Logger;
  /** `undefined` until `load()`. */
  #interceptors: Interceptors | undefined;

  constructor(module: string, classes: readonly InterceptorClass[], moduleRef: ModuleRef, logger: Logger) {
    this.#module = module;
    this.#classes = classes;
    this.#moduleRef = moduleRef;
    this.#logger = logger;
  }

  get isEmpty(): boolean {
    return this.#classes.length === 0;
  }

  /** @throws UnboundMethodError before `load()`: a record must not slip past an interceptor */
  readonly get = (): Interceptors => {
    if (this.#interceptors !== undefined) return this.#interceptors;
    throw new UnboundMethodError({
      host: 'KafkaProducerService',
      method: 'send',
      reason: `the interceptors of module '${this.#module}' are constructed when the application starts`,
      remedy: 'Send from onModuleInit() on, not in a constructor or a factory; nothing was sent.',
    });
  };

  /** @throws InvalidOptionsError for one that depends on the request */
  async load(): Promise<void> {
    if (this.isEmpty || this.#interceptors !== undefined) return;
    const instances: ProducerInterceptor[] = [];
    for (const type of this.#classes) instances.push(await this.#instance(type));
    this.#interceptors = new Interceptors(instances, (interceptor, error) => {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#logger.error(
        `${interceptor}.onAcknowledgement() threw, which changes nothing for the record and is logged this once: ${reason}`,
      );
    });
  }

  async #instance(type: InterceptorClass): Promise<ProducerInterceptor> {
    const scope = this.#scopeOf(type);
    if (scope === undefined) return this.#created(type);
    if (scope === Scope.REQUEST) throw this.#scoped(type, 'depends on the request');
    if (scope === Scope.TRANSIENT) return this.#moduleRef.resolve(type, undefined, { strict: false });
    return this.#moduleRef.get(type, { strict: false });
  }

  /** By Nest, though no module provides it. */
  #created(type: InterceptorClass): Promise<ProducerInterceptor> {
    const own = Reflect.getMetadata(SCOPE_OPTIONS, type) as { readonly scope?: Scope } | undefined;
    if (own?.scope === Scope.REQUEST) throw this.#scoped(type, 'is request-scoped');
    const scoped = dependenciesOf(type).find((token) => this.#scopeOf(token) === Scope.REQUEST);
    if (scoped !== undefined) {
      throw this.#scoped(
        type,
        `depends on the request (through ${typeof scoped === 'function' ? scoped.name : String(scoped)})`,
      );
    }
    return this.#moduleRef.create(type);
  }

  /** `undefined` when nothing is provided under the token. */
  #scopeOf(token: Token): Scope | undefined {
    try {
      return this.#moduleRef.introspect(token as string).scope;
    } catch {
      return undefined;
    }
  }

  #scoped({ name }: InterceptorClass, why: string): InvalidOptionsError {
    const message = `${name} ${why}, and an interceptor lives as long as the producer; make it a singleton, and read what belongs to the request in its onSend(), from AsyncLocalStorage`;
    return new InvalidOptionsError({ module: this.#module, problems: [{ path: 'interceptors', message }] });
  }
}

type Token = InterceptorClass | Function | string | symbol;

/** What Nest would inject into the constructor. */
function dependenciesOf(type: InterceptorClass): Token[] {
  const types = (Reflect.getMetadata('design:paramtypes', type) ?? []) as Token[];
  const named = (Reflect.getMetadata('self:paramtypes', type) ?? []) as {
    readonly index: number;
    readonly param: Token;
  }[];
  return types.map((token, index) => named.find((each) => each.index === index)?.param ?? token);
}
