import { describe, expect, expectTypeOf, it } from 'vitest';

import { DeliveryAbortedError } from './delivery.errors.js';
import { isKafkaProducerError } from './is-kafka-producer-error.js';

describe('isKafkaProducerError', () => {
  it('knows the errors of another copy of the package by their brand', () => {
    const foreign = Object.assign(new Error('from another copy'), {
      code: 'KAFKA_PRODUCER_CLOSED',
      [Symbol.for('nestjs-kafka-producer/error')]: true,
    });
    expect(isKafkaProducerError(foreign)).toBe(true);
    expect(isKafkaProducerError(foreign, 'KAFKA_PRODUCER_CLOSED')).toBe(true);
    expect(isKafkaProducerError(foreign, 'KAFKA_PRODUCER_UNKNOWN_TOPIC')).toBe(false);
  });

  it.each([new Error('other'), null, undefined, 'text', { code: 'KAFKA_PRODUCER_CLOSED' }])('refuses %s', (value) => {
    expect(isKafkaProducerError(value)).toBe(false);
  });

  it('narrows to the class that carries the code', () => {
    const error: unknown = new DeliveryAbortedError({ topic: 'orders', persisted: 'possibly', reason: 'shutdown' });
    if (!isKafkaProducerError(error, 'KAFKA_PRODUCER_DELIVERY_ABORTED')) throw new Error('not recognised');
    expectTypeOf(error.persisted).toEqualTypeOf<'no' | 'possibly'>();
    expect(error.persisted).toBe('possibly');
  });
});
