import { describe, expect, it } from 'vitest';

import { valueSerializer } from './value.serializer.js';

class Query extends Promise<number> {}

const NOW = 1_700_000_000_000;
const context = { topic: 'orders', field: 'value' } as const;

describe('the default value serializer', () => {
  const buffer = Buffer.from([1, 2, 3]);
  const bytes = new Uint8Array([4, 5]);

  it.each<[string, unknown, unknown]>([
    ['a Buffer as it is', buffer, buffer],
    ['a Uint8Array as it is', bytes, bytes],
    ['a string as it is', 'grüße', 'grüße'],
    ['an empty string as it is', '', ''],
    ['an object as JSON', { a: 1, b: [true, null] }, '{"a":1,"b":[true,null]}'],
    ['a payload with fields value and key as payload', { value: 10, key: 'x' }, '{"value":10,"key":"x"}'],
    ['a number as JSON', 12.5, '12.5'],
    ['a boolean as JSON', false, 'false'],
    ['a payload with a field named then', JSON.parse('{"then":"v"}'), '{"then":"v"}'],
    ['a Map that knows its JSON', Object.assign(new Map(), { toJSON: () => ['m'] }), '["m"]'],
    ['an object with toJSON by it', new Date(NOW), '"2023-11-14T22:13:20.000Z"'],
  ])('sends %s', (_title, value, expected) => {
    expect(valueSerializer.serialize(value, context)).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined has no JSON form'],
    ['a function', () => 1, 'a function has no JSON form'],
    ['a symbol', Symbol('x'), 'a symbol has no JSON form'],
    ['an object whose toJSON returns undefined', { toJSON: () => undefined }, 'an object has no JSON form'],
    ['a BigInt', 1n, 'BigInt'],
    ['an object with a cycle', cyclic(), 'circular'],
    [
      'an ArrayBuffer',
      new ArrayBuffer(4),
      'an instance of ArrayBuffer has no JSON form: pass its bytes as a Uint8Array',
    ],
    ['a promise', Promise.resolve({ a: 1 }), 'an instance of Promise has no JSON form: await it first'],
    ['a query that is a promise', Query.resolve(1), 'an instance of Query has no JSON form: await it first'],
    [
      'a Map',
      new Map([['a', 1]]),
      'an instance of Map has no JSON form: pass Object.fromEntries(it) or Array.from(it)',
    ],
    ['a Set', new Set([1]), 'an instance of Set has no JSON form: pass Array.from(it)'],
    ['a Float64Array', new Float64Array(2), 'an instance of Float64Array has no JSON form'],
  ])('refuses %s as a value', (_title, value, reason) => {
    expect(() => valueSerializer.serialize(value, context)).toThrow(reason);
  });
});

function cyclic(): object {
  const object: { self?: object } = {};
  object.self = object;
  return object;
}
