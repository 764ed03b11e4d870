import type { KafkaScopeOptions } from './kafka-scope-options.js';

/** Metadata key of `@KafkaScope()`: a list, the decorator that stands nearest to the method last. */
export const KAFKA_SCOPE = 'nestjs-kafka-producer:scope';

/** Nest's metadata key of interceptors: classes, and instances. */
export const INTERCEPTORS = '__interceptors__';

/** Other metadata keys of Nest, of its packages that need not be installed, too. */
const ROUTE_ARGS = '__routeArguments__';
const PASSTHROUGH = '__responsePassthrough__';
const SSE = '__sse__';
const GRAPHQL_TYPE = 'graphql:resolver_type';
const WEBSOCKET = 'websockets:message_mapping';
const ROUTE = 'path';
const PATTERN = 'microservices:pattern';

/** Nest's numbers for `@Res()` and `@Next()`, the first part of a key in {@link ROUTE_ARGS}. */
const RESPONSE_PARAMETERS: readonly string[] = ['1', '2'];

/** How a handler is reached. */
export type HandlerKind = 'route' | 'stream' | 'message' | 'graphql' | 'none';

/** What a handler's decorators say, as far as a scope around it is concerned. */
export interface HandlerTraits {
  readonly kind: HandlerKind;
  /** Takes `@Res()` or `@Next()` without passthrough: nobody can wait for anything before its response. */
  readonly answersItself: boolean;
  /** Its own `@KafkaScope()`, then those of its class. */
  readonly declared: readonly KafkaScopeOptions[];
}

/** @param type the class of the instance, which may inherit the handler */
export function handlerTraits(type: Function, handler: Function): HandlerTraits {
  const kind = kindOf(handler);
  return {
    kind,
    answersItself: kind === 'route' && answersItself(type, nameOf(type, handler)),
    declared: [...declaredOn(handler), ...declaredOn(type)],
  };
}

/** By `@KafkaScope()`; by its interceptor alone, without options. */
export function declaredOn(target: object): readonly KafkaScopeOptions[] {
  const declared = Reflect.getMetadata(KAFKA_SCOPE, target) as readonly KafkaScopeOptions[] | undefined;
  if (declared !== undefined) return declared;
  const isScope = (each: unknown): boolean =>
    (each as { readonly name?: unknown } | undefined)?.name === 'KafkaScopeInterceptor';
  return interceptorsOn(target).some(isScope) ? [{}] : [];
}

/** Of a handler or a class, by `@UseInterceptors()`. */
export function interceptorsOn(target: object): readonly unknown[] {
  return (Reflect.getMetadata(INTERCEPTORS, target) ?? []) as readonly unknown[];
}

function kindOf(handler: Function): HandlerKind {
  const has = (key: string): boolean => Reflect.hasMetadata(key, handler);
  const resolves: unknown = Reflect.getMetadata(GRAPHQL_TYPE, handler);
  if (has(SSE) || has(WEBSOCKET) || resolves === 'Subscription') return 'stream';
  if (has(ROUTE)) return 'route';
  if (has(PATTERN)) return 'message';
  return resolves === undefined ? 'none' : 'graphql';
}

function answersItself(type: Function, method: string | symbol): boolean {
  if (Reflect.getMetadata(PASSTHROUGH, type, method) === true) return false;
  const parameters = Object.keys((Reflect.getMetadata(ROUTE_ARGS, type, method) ?? {}) as object);
  return parameters.some((key) => RESPONSE_PARAMETERS.includes(key.split(':')[0]!));
}

/** The key under which the class has it: a wrapper of somebody else may have changed the function's name. */
function nameOf(type: Function, handler: Function): string | symbol {
  let owner = type.prototype as object | null | undefined;
  while (owner !== null && owner !== undefined && owner !== Object.prototype) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (value === handler) return key;
    }
    owner = Object.getPrototypeOf(owner) as object | null;
  }
  return handler.name;
}
