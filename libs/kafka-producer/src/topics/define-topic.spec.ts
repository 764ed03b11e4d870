import { describe, expect, expectTypeOf, it } from 'vitest';

import type { ProducerRecord } from '../record/producer-record.js';
import { OWN_SERIALIZER } from '../serialization/own-serializer.js';
import { defineTopic, type PayloadOf, type TopicContract } from './define-topic.js';
import type { TopicDefinition } from './topic-definition.js';

interface OrderPlaced {
  readonly orderId: string;
  readonly total: number;
}

const event: OrderPlaced = { orderId: 'o-1', total: 12 };

describe('a contract', () => {
  const orderPlaced = defineTopic<OrderPlaced>('orders.placed', {
    key: ({ orderId }) => orderId,
    headers: ({ total }) => ({ type: 'OrderPlaced', total: String(total) }),
    producer: 'audit',
  });

  it('makes records of its topic from payloads', () => {
    expect(orderPlaced(event)).toStrictEqual({
      topic: 'orders.placed',
      key: 'o-1',
      value: event,
      headers: { type: 'OrderPlaced', total: '12' },
    });
  });

  it('names its topic and producer, and cannot be changed', () => {
    expect([orderPlaced.topic, orderPlaced.producer]).toEqual(['orders.placed', 'audit']);
    expect(Object.isFrozen(orderPlaced)).toBe(true);
    expect(Object.keys(orderPlaced)).toEqual(['topic', 'producer', 'token', 'tombstone']);
  });

  it('makes tombstones', () => {
    expect(orderPlaced.tombstone('o-1')).toEqual({ topic: 'orders.placed', key: 'o-1', value: null });
    expect(() => orderPlaced.tombstone(undefined as never)).toThrow('a tombstone needs the key it deletes');
  });

  it('makes records without a key when it says null, and refuses a key it forgot', () => {
    expect(defineTopic('logs', { key: null })('line').key).toBeNull();
    expect(defineTopic('logs', { key: () => null })('line').key).toBeNull();
    const forgetful = defineTopic<{ id?: string }>('logs', { key: ({ id }) => id as string });
    expect(() => forgetful({})).toThrow(
      expect.objectContaining({ code: 'KAFKA_PRODUCER_INVALID_RECORD', topic: 'logs' }),
    );
  });

  it('gives its serializer to its records, spread or not', () => {
    const serializer = { serialize: () => 'x' };
    const typed = defineTopic<OrderPlaced>('orders', { key: null, serializer });
    expect({ ...typed(event), partition: 1 }).toMatchObject({ partition: 1, [OWN_SERIALIZER]: serializer });
    expect(Object.getOwnPropertySymbols(orderPlaced(event))).toEqual([]);
  });

  it.each<[string, unknown[], string]>([
    ['no topic', ['', { key: null }], "a topic has 1 problem:\n  - topic: must be the name of the topic, got ''"],
    ['no definition', ['orders'], 'key: must be a function of the payload, or null for records without a key'],
    ['null', ['orders', null], 'key: must be a function of the payload'],
    [
      'no key',
      ['orders', {}],
      'key: must be a function of the payload, or null for records without a key, got undefined',
    ],
    ['a key that is a name', ['orders', { key: 'orderId' }], "or null for records without a key, got 'orderId'"],
    [
      'headers that are an object',
      ['orders', { key: null, headers: {} }],
      'headers: must be a function of the payload, got an object',
    ],
    [
      'a serializer that is none',
      ['orders', { key: null, serializer: {} }],
      'serializer: must be an object with a method serialize(), got an object',
    ],
    [
      'a serializer that is null',
      ['orders', { key: null, serializer: null }],
      'serializer: must be an object with a method serialize(), got null',
    ],
    [
      'a producer without a name',
      ['orders', { key: null, producer: '' }],
      "producer: must be the name of a module, a string that is not empty, got ''",
    ],
    [
      'a payload schema',
      ['orders', { key: null, payload: {} }],
      'payload: must be a class with decorators of class-validator, or a Standard Schema (version 1), got an object',
    ],
    [
      'a payload class without rules',
      ['orders', { key: null, payload: class OrderDto {} }],
      'payload: OrderDto has no decorators of class-validator, so every property would be stripped; decorate them, or leave payload out',
    ],
    [
      'an unknown name',
      ['orders', { key: null, keys: 1 }],
      'keys: is not part of a definition (known: key, payload, headers, serializer, producer)',
    ],
  ])('is refused where it is defined: %s', (_title, args, message) => {
    expect(() => define(...args)).toThrow(
      expect.objectContaining({
        code: 'KAFKA_PRODUCER_INVALID_TOPIC',
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  it('is refused for everything that is wrong about it at once; undefined is left out', () => {
    const wrong = { key: 1, headers: {}, producer: 5, partitions: 3, payload: undefined };
    expect(() => define('orders', wrong)).toThrow(
      expect.objectContaining({
        topic: 'orders',
        problems: ['key', 'headers', 'producer', 'partitions'].map(
          (path) => expect.objectContaining({ path }) as unknown,
        ),
      }),
    );
    expect(define('orders', { key: null, headers: undefined, payload: undefined })).toBeTypeOf('function');
  });

  it.each(['key', 'headers'] as const)('names itself and the topic when its %s throws', (part) => {
    const throwing = { key: null, [part]: () => fail() } as TopicDefinition<OrderPlaced>;
    expect(() => defineTopic<OrderPlaced>('orders', throwing)({ orderId: 'o-1', total: 1 })).toThrow(
      expect.objectContaining({
        code: 'KAFKA_PRODUCER_INVALID_RECORD',
        topic: 'orders',
        message: expect.stringContaining(`the ${part} of its contract threw Error: boom`) as string,
      }),
    );
  });

  it('is typed: a wrong payload does not compile', () => {
    expectTypeOf<PayloadOf<typeof orderPlaced>>().toEqualTypeOf<OrderPlaced>();
    expectTypeOf(orderPlaced).toEqualTypeOf<TopicContract<OrderPlaced>>();
    expectTypeOf(orderPlaced).returns.toEqualTypeOf<ProducerRecord<OrderPlaced>>();
    // @ts-expect-error a payload without total
    orderPlaced({ orderId: 'o-1' });
    // @ts-expect-error a definition without a key
    expect(() => defineTopic<OrderPlaced>('orders', {})).toThrow('key');
  });
});

function fail(): never {
  throw new Error('boom');
}

function define(...args: unknown[]): unknown {
  return (defineTopic as unknown as (...given: unknown[]) => unknown)(...args);
}
