import { Inject, type CallHandler, type ExecutionContext, type NestInterceptor, type Type } from '@nestjs/common';
import type { Observable } from 'rxjs';

import { InvalidMethodError } from '../errors/program.errors.js';
import type { KafkaProducerService } from '../kafka-producer.service.js';
import { DEFAULT_PRODUCER, getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { deliveryOf, type ExactlyOnceOptions } from './exactly-once-message.js';

/**
 * The interceptor of one handler.
 *
 * A class of its own, so that Nest injects the producer that the handler names. It knows no transport: the message says who handles it.
 */
export function exactlyOnceInterceptor({
  producer = DEFAULT_PRODUCER,
  timeoutMs,
}: ExactlyOnceOptions): Type<NestInterceptor> {
  const module = producer === DEFAULT_PRODUCER ? '{ … }' : `{ name: '${producer}' }`;
  const slot = Symbol(`@ExactlyOnce: import KafkaProducerModule.forRoot(${module})`);
  class ExactlyOnceInterceptor implements NestInterceptor {
    declare readonly [slot]: KafkaProducerService;

    intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
      const delivery = deliveryOf(context);
      if (delivery === undefined) throw notExactlyOnce(context);
      return delivery.handle({ context, producer: this[slot], timeoutMs, handler: () => next.handle() });
    }
  }
  Inject(getKafkaProducerToken(producer))(ExactlyOnceInterceptor.prototype, slot);
  return ExactlyOnceInterceptor;
}

function notExactlyOnce(context: ExecutionContext): InvalidMethodError {
  return new InvalidMethodError({
    host: context.getClass().name,
    method: context.getHandler().name,
    reason: 'what it is called with was not fetched by a Kafka consumer that commits offsets in units',
    remedy: NOT_EXACTLY_ONCE_REMEDY,
  });
}

/** What to do about a transport that cannot commit offsets in units. */
export const NOT_EXACTLY_ONCE_REMEDY =
  'Connect the microservice with exactlyOnce({ transport: Transport.KAFKA, options }) or with new ExactlyOnceKafkaServer(…), both from nestjs-kafka-producer/microservices, and name Transport.KAFKA in the pattern of a handler that other transports would call too.';
