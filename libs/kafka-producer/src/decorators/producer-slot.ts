import { Inject } from '@nestjs/common';

import { DEFAULT_PRODUCER, getKafkaProducerToken } from '../kafka-producer.tokens.js';
import type { KafkaProducerService } from '../kafka-producer.service.js';

/** What a decorated method needs of a producer; a test may give its own. */
export type EmitProducer = Pick<KafkaProducerService, 'send' | 'sendAll' | 'enqueue'> &
  // What stands in for a producer in a test need not have these: `transaction` is needed by @Transactional alone; without the others no scope is open.
  Partial<Pick<KafkaProducerService, 'transaction' | 'currentTransaction' | 'currentScope'>>;

/**
 * The key under which an instance holds the producer of this name.
 *
 * Nest prints the description when it cannot inject the property, so it says what to do about that.
 */
export function producerSlot(name: string): symbol {
  const options = name === DEFAULT_PRODUCER ? '{ … }' : `{ name: '${name}' }`;
  return Symbol.for(
    `@Emit/@Transactional: import KafkaProducerModule.forRoot(${options}), or the module that registers it with isGlobal: false`,
  );
}

/**
 * Lets Nest inject the producer into instances of the class.
 *
 * Nest assigns injected properties, which would show in JSON, spreads, `inspect()` and deep-equal; the setter on the prototype hides what it is given.
 * The value stays on the instance itself, and not in a map by identity, because applications may wrap their instances in proxies. Only an instance that
 * takes no more properties (frozen, sealed) is looked up by identity.
 */
export function declareProducerSlot(prototype: object, name: string): void {
  const slot = producerSlot(name);
  if (slot in prototype) return;
  const ofFrozen = new WeakMap<object, EmitProducer>();
  Object.defineProperty(prototype, slot, {
    configurable: true,
    get(this: object) {
      return ofFrozen.get(this);
    },
    set(this: object, producer: EmitProducer | undefined) {
      if (producer === undefined) ofFrozen.delete(this);
      else if (Object.isExtensible(this)) keep(this, slot, producer);
      else ofFrozen.set(this, producer);
    },
  });
  Inject(getKafkaProducerToken(name))(prototype, slot);
}

export function fillProducerSlot(instance: object, name: string, producer: EmitProducer): void {
  const slot = producerSlot(name);
  if (Object.isExtensible(instance)) keep(instance, slot, producer);
  else Reflect.set(instance, slot, producer);
}

/** Takes the producer away again, unless somebody has bound another one meanwhile. */
export function clearProducerSlot(instance: object, name: string, producer: EmitProducer): void {
  const slot = producerSlot(name);
  if ((instance as Record<symbol, unknown>)[slot] !== producer) return;
  if (Object.hasOwn(instance, slot)) Reflect.deleteProperty(instance, slot);
  else Reflect.set(instance, slot, undefined);
}

function keep(instance: object, slot: symbol, producer: EmitProducer): void {
  Object.defineProperty(instance, slot, { value: producer, configurable: true, enumerable: false, writable: true });
}

/**
 * Binds a producer to an instance that Nest did not construct: in unit tests, scripts and factories.
 *
 * @param name of the module the decorators name
 * @returns the instance
 */
export function bindKafkaProducer<T extends object>(
  instance: T,
  producer: EmitProducer,
  name: string = DEFAULT_PRODUCER,
): T {
  fillProducerSlot(instance, name, producer);
  return instance;
}
