import { RequestMethod } from '@nestjs/common';
import { MetadataScanner, type ApplicationConfig, type ModulesContainer } from '@nestjs/core';

import { scopesOf } from '../kafka-producer.service.js';
import { handlerTraits, INTERCEPTORS, interceptorsOn } from './handler-traits.js';
import { ApplicationScopeInterceptor, KafkaScopeInterceptor } from './kafka-scope.interceptor.js';
import { rawRequest } from './request-carrier.js';
import { isTransactional } from './request-entry.js';
import type { RequestScopes } from './request-scopes.js';
import { scopedModules, unitOwner, type ScopedModule } from './scoped-module.js';
import { answerOfRoute } from './scoped-response.js';
import { disguised, standIn } from './stand-in.js';

/** What serves HTTP. Nest registers routes by methods that are named as HTTP's. */
export interface RouteRegistry {
  /** Set: each route is put into another function, which has none of its metadata on Nest 11. */
  getOnRouteTriggered?(): unknown;
}

export interface RoutedApplication {
  readonly config: ApplicationConfig;
  readonly modules: ModulesContainer;
  readonly registry: RouteRegistry;
  /** Told, once or more often, while routes are registered. */
  readonly isRegistering: () => void;
}

type Route = (request: unknown, response: unknown, next: unknown) => unknown;

/** A method of a controller that handles a route, and returns what is to be answered. */
interface RouteHandler {
  readonly instance: object;
  readonly name: string;
  /** It needs no more than a scope: it is no unit, and nothing intercepts it. */
  readonly isPlain: boolean;
}

/** With the one that Nest takes for a method which the adapter does not have. */
const ROUTER_METHODS: readonly string[] = [
  ...Object.values(RequestMethod)
    .filter((method) => typeof method === 'string')
    .map((method) => method.toLowerCase()),
  'use',
];

/**
 * The scope of one module around the routes of an application that has no other interceptor for all of them: without an interceptor, because with any at all
 * Nest takes a way through each request that costs more than the scope (decision 0016).
 *
 * Nest reads controllers once, when it registers their routes. From just before that until just after it, something else stands in for three things of the
 * application: the handlers, which are put into a scope; the methods that take a route, so that the request is known there; and the list of global
 * interceptors, from which ours is missing. All other handlers, those of REQUEST-scoped controllers too, are registered later, and intercepted.
 */
export class ScopedRoutes {
  /** Metadata key of handlers that are put into a scope of this module. Nest copies metadata from a handler to its route. */
  readonly #mark = Symbol('in a scope');
  #ownScopes: RequestScopes | undefined;

  constructor(
    private readonly module: ScopedModule,
    private readonly interceptor: ApplicationScopeInterceptor,
  ) {}

  /**
   * Has all of it stand in. To be called when the controllers are constructed and no route is registered.
   *
   * @returns what puts everything back, in the order in which it was done
   */
  begin({ config, modules, registry, isRegistering }: RoutedApplication): readonly (() => void)[] {
    if (hasOtherInterceptors(config) || registry.getOnRouteTriggered?.() !== undefined) return [];
    const handlers = this.#handlersOf(modules);
    if (handlers === undefined || !handlers.some(({ isPlain }) => isPlain)) return [];
    const methods = ROUTER_METHODS.filter((method) => typeof Reflect.get(registry, method) === 'function');
    const endings = [
      ...handlers.map((handler) => this.#standInForHandler(handler)),
      ...methods.map((method) => standIn(registry, method, (register) => this.#registering(register, isRegistering))),
    ];
    if (endings.includes(undefined)) {
      for (const end of endings.toReversed()) end?.(); // all of them have to be intercepted
      return [];
    }
    return [...endings.filter((end) => end !== undefined), this.#takeOut(config)];
  }

  /** `undefined`: they have to be intercepted, because a class among them has interceptors, and the scope is to be around those. */
  #handlersOf(modules: ModulesContainer): RouteHandler[] | undefined {
    const scanner = new MetadataScanner();
    const owner = unitOwner(scopedModules(modules));
    const handlers: RouteHandler[] = [];
    for (const wrapper of [...modules.values()].flatMap(({ controllers }) => [...controllers.values()])) {
      if (!wrapper.isDependencyTreeStatic()) continue;
      const { instance, metatype } = wrapper as { readonly instance: object; readonly metatype: Function };
      const prototype = Object.getPrototypeOf(instance) as object;
      for (const name of scanner.getAllMethodNames(prototype)) {
        // As Nest does: what makes it a route is on the prototype's method, all else on the instance's, which may be a bound one.
        const { kind, answersItself } = handlerTraits(metatype, Reflect.get(prototype, name) as Function);
        if (kind !== 'route' || answersItself) continue;
        const method = Reflect.get(instance, name) as Function;
        const { declared } = handlerTraits(metatype, method);
        if (othersOn(metatype)) return undefined;
        const isUnit = isTransactional(this.module, declared, owner);
        handlers.push({ instance, name, isPlain: !isUnit && interceptorsOn(method).length === 0 });
      }
    }
    return handlers;
  }

  #standInForHandler({ instance, name, isPlain }: RouteHandler): (() => void) | undefined {
    return standIn(instance, name, (handler) => (isPlain ? this.#scoped(handler) : this.#intercepted(handler)));
  }

  #scoped(handler: Function): Function {
    const scopes = (): RequestScopes => this.#scopes();
    const scoped = disguised(function (this: unknown, ...args: unknown[]): unknown {
      const around = scopes().current();
      const handle = (): unknown => Reflect.apply(handler, this, args);
      if (around?.emits.isOpen) return handle();
      // Where the route was registered without us, nobody knows the request: it is waited for, without its headers.
      const scope = around === undefined ? scopes().begin('http', undefined) : scopes().opened(around);
      return answerOfRoute(scopes(), scope, handle);
    }, handler);
    Reflect.defineMetadata(this.#mark, true, scoped);
    return scoped;
  }

  /** Before its own interceptors, as a global one is. */
  #intercepted(handler: Function): Function {
    const intercepted = disguised(function (this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(handler, this, args);
    }, handler);
    Reflect.defineMetadata(INTERCEPTORS, [this.interceptor, ...interceptorsOn(handler)], intercepted);
    return intercepted;
  }

  #registering(register: Function, isRegistering: () => void): Function {
    const isOurs = (route: unknown): route is Route =>
      typeof route === 'function' && Reflect.hasMetadata(this.#mark, route);
    const known = (route: Route): Route => this.#knowingItsRequest(route);
    return function (this: unknown, ...given: unknown[]): unknown {
      if (given.some(isOurs)) isRegistering();
      const routes = given.map((each) => (isOurs(each) ? known(each) : each));
      return Reflect.apply(register, this, routes);
    };
  }

  /** What guards and pipes send inherits the headers of the request, and waits for itself: the scope opens with the handler. */
  #knowingItsRequest(route: Route): Route {
    return disguised((request: unknown, response: unknown, next: unknown): unknown => {
      const scopes = this.#scopes();
      const scope = scopes.arrival(rawRequest(request));
      return scopes.run(scope, () => route(request, response, next));
    }, route);
  }

  #takeOut(config: ApplicationConfig): () => void {
    const interceptors = config.getGlobalInterceptors();
    const at = interceptors.indexOf(this.interceptor);
    interceptors.splice(at, 1);
    return () => void interceptors.splice(at, 0, this.interceptor);
  }

  #scopes(): RequestScopes {
    return (this.#ownScopes ??= scopesOf(this.module.producer())!);
  }
}

function hasOtherInterceptors(config: ApplicationConfig): boolean {
  if (config.getGlobalRequestInterceptors().length > 0) return true;
  return config.getGlobalInterceptors().some((each) => !(each instanceof ApplicationScopeInterceptor));
}

/** Whether a class has interceptors beside that of `@KafkaScope()`, which opens the same scope itself. */
function othersOn(type: Function): boolean {
  return interceptorsOn(type).some((each) => each !== KafkaScopeInterceptor);
}
