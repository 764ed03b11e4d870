import { AsyncLocalStorage } from 'node:async_hooks';

import type { InboundHeaders } from '../record/request-scope.js';
import { OpenScope } from './open-scope.js';
import { PendingEmits, type UnheardEmit } from './pending-emits.js';

/**
 * The scopes of one producer.
 *
 * The storage is made with the first scope: from its first use on every promise of the process pays for it on Node 20.
 */
export class RequestScopes {
  readonly #unheard: UnheardEmit;
  /** Opened before an interceptor could: by the façade of a request. */
  readonly #byRequest = new WeakMap<object, OpenScope>();
  #storage: AsyncLocalStorage<OpenScope> | undefined;

  constructor(unheard: UnheardEmit) {
    this.#unheard = unheard;
  }

  /** The scope of the calling async context, also when it is over: whoever still runs in it belongs to the same request. */
  readonly current = (): OpenScope | undefined => this.#storage?.getStore();

  /** The same, unless it is over. */
  open(): OpenScope | undefined {
    const scope = this.#storage?.getStore();
    return scope?.emits.isOpen === true ? scope : undefined;
  }

  /** A new one. Its maker settles it, and closes it. */
  begin(origin: string, carrier: unknown, headers?: InboundHeaders): OpenScope {
    return new OpenScope(origin, new PendingEmits(this.#unheard), carrier, headers);
  }

  /**
   * That of a request on its way to its handler, {@link opened} there: what is sent meanwhile has its headers, and waits for itself.
   *
   * Where one is open already it is that one, which may be over before the handler is reached.
   */
  arrival(request: unknown): OpenScope {
    return (
      this.open()?.joinedBy(request) ?? new OpenScope('http', new PendingEmits(this.#unheard, true, 'coming'), request)
    );
  }

  run<T>(scope: OpenScope, work: () => T): T {
    this.#storage ??= new AsyncLocalStorage();
    return this.#storage.run(scope, work);
  }

  /** The scope of a request that no interceptor has seen yet; whether one will is not known. */
  ofRequest(request: object, origin: string): OpenScope {
    let scope = this.#byRequest.get(request);
    if (scope === undefined) {
      scope = new OpenScope(origin, new PendingEmits(this.#unheard, false), request);
      this.#byRequest.set(request, scope);
    }
    return scope;
  }

  /**
   * The scope an interceptor works with: the one the request has already, once, else a new one.
   *
   * A GraphQL operation has one request and a scope per root field: the first of them adopts what was opened before.
   */
  adopt(origin: string, request: unknown): OpenScope {
    return this.#openedBefore(request)?.adoptedBy(origin) ?? this.begin(origin, request);
  }

  /** The same where a request has arrived: its own scope, unless it has another one already. */
  opened(arrival: OpenScope): OpenScope {
    const { request, emits } = arrival;
    const before = this.#openedBefore(request)?.adoptedBy('http');
    if (before !== undefined) return before;
    if (emits.isOver) return this.begin('http', request);
    emits.open();
    return arrival;
  }

  #openedBefore(request: unknown): OpenScope | undefined {
    const scope = typeof request === 'object' && request !== null ? this.#byRequest.get(request) : undefined;
    return scope === undefined || !scope.emits.isOpen || scope.emits.isHeld ? undefined : scope;
  }
}
