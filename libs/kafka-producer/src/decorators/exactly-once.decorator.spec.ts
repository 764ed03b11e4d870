import 'reflect-metadata';
import { Controller, type CallHandler, type ExecutionContext, type NestInterceptor, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { of, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { KafkaProducerService } from '../kafka-producer.service.js';
import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { InMemoryProducer } from '../testing/in-memory-producer.js';
import { ExactlyOnce, isExactlyOnce } from './exactly-once.decorator.js';
import { EXACTLY_ONCE, type ExactlyOnceOptions, type HandlerRun } from './exactly-once-message.js';

/** Nest's metadata key. */
const INTERCEPTORS = '__interceptors__';

/** @param host a class with a handler of this name */
function interceptorsOf(host: Type): Type<NestInterceptor>[] {
  return Reflect.getMetadata(
    INTERCEPTORS,
    Reflect.get(host.prototype as object, 'handle') as object,
  ) as Type<NestInterceptor>[];
}

function interceptorOf(options?: ExactlyOnceOptions): Type<NestInterceptor> {
  class Worker {
    @ExactlyOnce(options)
    async handle(): Promise<void> {}
  }
  const [interceptor] = interceptorsOf(Worker);
  return interceptor!;
}

/** @param message undefined: not of Kafka */
function contextOf(message: object | undefined, type = 'rpc'): ExecutionContext {
  class Worker {
    handle(): void {}
  }
  const kafka = message === undefined ? { getChannel: () => 'orders' } : { getMessage: () => message };
  return {
    getType: () => type,
    getClass: () => Worker,
    getHandler: () => Reflect.get(Worker.prototype, 'handle') as object,
    switchToRpc: () => ({ getContext: () => kafka }),
  } as unknown as ExecutionContext;
}

const next: CallHandler = { handle: () => of('handled') };

async function construct(type: Type<NestInterceptor>, name?: string): Promise<[NestInterceptor, KafkaProducerService]> {
  const producer = new InMemoryProducer();
  const provided = { provide: getKafkaProducerToken(name), useValue: producer };
  const module = await Test.createTestingModule({ providers: [provided, type] }).compile();
  return [module.get(type), producer];
}

describe('@ExactlyOnce()', () => {
  it.each([undefined, 'audit'])(
    "hands the handler to whoever fetched its message, with the producer '%s'",
    async (name) => {
      const runs: HandlerRun[] = [];
      const delivery = { handle: (run: HandlerRun): Observable<unknown> => (runs.push(run), of('in a unit')) };
      const [interceptor, producer] = await construct(interceptorOf({ producer: name, timeoutMs: 500 }), name);
      const result = interceptor.intercept(contextOf({ [EXACTLY_ONCE]: delivery }), next) as Observable<unknown>;
      const given: unknown[] = [];
      result.subscribe((value) => given.push(value));
      expect(given).toEqual(['in a unit']);
      expect(runs).toHaveLength(1);
      expect(runs[0]).toMatchObject({ timeoutMs: 500 });
      expect(runs[0]!.producer).toBe(producer);
    },
  );

  it.each([
    ['a message of a consumer that is not exactly once', contextOf({ offset: '0' })],
    ['a message of another transport', contextOf(undefined)],
    ['an HTTP request', contextOf({ [EXACTLY_ONCE]: {} }, 'http')],
  ])('refuses %s, and says what to do', async (_what, context) => {
    const [interceptor] = await construct(interceptorOf());
    expect(() => interceptor.intercept(context, next)).toThrow(
      /Worker\.handle cannot be decorated: .*not fetched by a Kafka consumer[\s\S]*exactlyOnce\(\{ transport: Transport\.KAFKA/,
    );
  });

  it('marks the method, also for classes that inherit it', () => {
    @Controller()
    class Worker {
      @ExactlyOnce()
      async handle(): Promise<void> {}
      async other(): Promise<void> {}
    }
    class Special extends Worker {}
    expect([isExactlyOnce(Special.prototype, 'handle'), isExactlyOnce(Worker.prototype, 'other')]).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    [{ timeoutMs: 0 }, 'of its @ExactlyOnce its timeoutMs must be a whole number of milliseconds from 1'],
    [{ propagation: 'nested' }, "of its @ExactlyOnce 'propagation' is none of its options: producer, timeoutMs"],
    [null, 'of its @ExactlyOnce its options are null, not an object'],
  ])('refuses the options %j while the class is defined', (options, message) => {
    expect(() => interceptorOf(options as ExactlyOnceOptions)).toThrow(message);
  });
});
