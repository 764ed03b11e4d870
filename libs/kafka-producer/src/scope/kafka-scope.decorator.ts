import { applyDecorators, UseInterceptors } from '@nestjs/common';

import { InvalidMethodError } from '../errors/program.errors.js';
import { KAFKA_SCOPE, declaredOn } from './handler-traits.js';
import { KafkaScopeInterceptor } from './kafka-scope.interceptor.js';
import { kafkaScopeProblem, type KafkaScopeOptions } from './kafka-scope-options.js';

/**
 * Opens a scope around a handler of HTTP, messages or GraphQL, or around all handlers of a class: what is emitted inside with `waitFor: 'scope'` is awaited
 * before the response, and a failure fails the request.
 *
 * Where the application has a `requestScope` it is there already, and this says otherwise for the handler. Hybrid applications need it on the handlers of
 * messages: Nest runs no global interceptors there without `inheritAppConfig`.
 *
 * @example
 * ```ts
 * @KafkaScope({ transactional: true })
 * async place(order: Order): Promise<OrderPlaced> { … }
 * ```
 * @throws InvalidMethodError while the class is defined: with wrong options, or on a static method
 */
export function KafkaScope(options: KafkaScopeOptions = {}): ClassDecorator & MethodDecorator {
  const decorate = (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const type = typeof target === 'function' ? target : target.constructor;
    const refuse = (reason: string, remedy: string): never => {
      throw new InvalidMethodError({ host: type.name || 'a class', method: String(key ?? ''), reason, remedy });
    };
    const problem = kafkaScopeProblem(options);
    if (problem !== undefined) refuse(`of its @KafkaScope ${problem}`, 'Correct the decorator.');
    if (key !== undefined && (typeof target === 'function' || typeof descriptor?.value !== 'function')) {
      refuse('its @KafkaScope stands on what is no method of an instance', 'Put it on a handler, or on the class.');
    }
    const marked = (descriptor?.value ?? target) as object;
    Reflect.defineMetadata(KAFKA_SCOPE, [options, ...declaredOn(marked)], marked);
    const intercepted = applyDecorators(UseInterceptors(KafkaScopeInterceptor)) as (...of: unknown[]) => void;
    intercepted(target, key, descriptor);
  };
  return decorate;
}
