import { Inject } from '@nestjs/common';

import { DEFAULT_PRODUCER, getKafkaProducerToken } from '../kafka-producer.tokens.js';
import type { KafkaProducerService } from '../kafka-producer.service.js';

/** What a decorated method needs of a producer; a test may give its own. */
export type EmitProducer = Pick<KafkaProducerService, 'send' | 'sendAll' | 'enqueue'>;

/**
 * The key under which an instance holds the producer of this name.
 *
 * Nest prints the description when it cannot inject the property, so it says what to do about that.
 */
export function producerSlot(name: string): symbol {
  const options = name === DEFAULT_PRODUCER ? '{ … }' : `{ name: '${name}' }`;
  return Symbol.for(`@Emit/@Transactional: import KafkaProducerModule.forRoot(${options})`);
}

/**
 * Lets Nest inject the producer into instances of the class.
 *
 * Nest assigns injected properties, which would show in JSON, spreads, `inspect()` and deep-equal; the setter on the prototype hides what it is given.
 * The value stays on the instance itself, and not in a map by identity, because applications may wrap their instances in proxies.
 */
export function declareProducerSlot(prototype: object, name: string): symbol {
  const slot = producerSlot(name);
  if (slot in prototype) return slot;
  Object.defineProperty(prototype, slot, {
    configurable: true,
    get: () => undefined,
    set(this: object, producer: EmitProducer) {
      fillProducerSlot(this, name, producer);
    },
  });
  Inject(getKafkaProducerToken(name))(prototype, slot);
  return slot;
}

export function fillProducerSlot(instance: object, name: string, producer: EmitProducer): void {
  Object.defineProperty(instance, producerSlot(name), {
    value: producer,
    configurable: true,
    enumerable: false,
    writable: true,
  });
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
