import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import type { RecordHeaders } from './header-list.js';
import type { SerializationSettings } from './record-serializer.js';
import { serialize } from './spec-support/serialize.js';

describe('headers', () => {
  it.each<[string, unknown, unknown]>([
    ['none', undefined, []],
    ['none for null', null, []],
    ['a string', { a: '1' }, [['a', '1']]],
    ['null', { a: null }, [['a', null]]],
    ['bytes', { a: Buffer.from('x') }, [['a', Buffer.from('x')]]],
    [
      'each element of an array, in order',
      { a: ['1', null, '2'], b: '3' },
      [
        ['a', '1'],
        ['a', null],
        ['a', '2'],
        ['b', '3'],
      ],
    ],
    ['nothing for an empty array', { a: [] }, []],
  ])('are sent: %s', (_title, headers, expected) => {
    const list = serialize({ topic: 'o', value: 1, headers }).sized.headers;
    expect(list.map(({ key, value }) => [key, value])).toEqual(expected);
  });

  it.each([[{ a: undefined }], [{ a: 5 }], [{ a: ['x', {}] }]])('are refused when one has no bytes: %o', (headers) => {
    expect(() => serialize({ topic: 'o', value: 1, headers })).toThrow(
      expect.objectContaining({
        code: 'KAFKA_PRODUCER_SERIALIZATION',
        field: 'header',
        message: expect.stringContaining("'a': ") as string,
      }),
    );
  });

  it('get the defaults the record does not name itself', () => {
    const seen: string[] = [];
    const settings: SerializationSettings = {
      defaultHeaders: ({ topic }) => {
        seen.push(topic);
        return { trace: 't1', type: 'default' };
      },
    };
    const { sized } = serialize({ topic: 'o', value: 1, headers: { type: 'own' } }, settings);
    expect(sized.headers).toEqual([
      { key: 'trace', value: 't1' },
      { key: 'type', value: 'own' },
    ]);
    expect(seen).toEqual(['o']);
  });

  it('fail the record when defaultHeaders throws', () => {
    const settings = {
      defaultHeaders: () => {
        throw new Error('no store');
      },
    };
    expect(() => serialize({ topic: 'o', value: 1 }, settings)).toThrow(
      /defaultHeaders threw Error: no store\. Correct defaultHeaders in the options of the module/,
    );
  });

  class Carrier {
    readonly trace = 't1';
  }

  it.each<[string, unknown, string]>([
    ['a Map', new Map([['a', '1']]), 'its headers are an instance of Map, not a plain object'],
    ['a Map', new Map([['a', '1']]), 'Pass Object.fromEntries(headers).'],
    ['the Headers of fetch', new Headers({ a: '1' }), 'Pass Object.fromEntries(headers).'],
    ['entries', [['a', '1']], 'Pass Object.fromEntries(headers).'],
    ['text', 'ab', "its headers are a string, not a plain object of names and values. Pass a plain object, such as { name: 'value' }."], // prettier-ignore
    ['a number', 5, 'its headers are a number'],
    ['a promise', Promise.resolve({ a: '1' }), 'Await them first.'],
    ['an instance of a class', new Carrier(), 'its headers are an instance of Carrier'],
    ['an instance of a class', new Carrier(), 'Pass { ...headers }.'],
  ])('are refused when they are %s: %s', (_title, headers, message) => {
    expect(() => serialize({ topic: 'o', value: 1, headers })).toThrow(
      expect.objectContaining({
        code: 'KAFKA_PRODUCER_INVALID_RECORD',
        topic: 'o',
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  it('may be a plain object of any realm, or one without a prototype', () => {
    const bare = Object.assign(Object.create(null) as object, { a: '1' });
    const foreign: unknown = runInNewContext("({ a: '1' })");
    for (const headers of [bare, foreign]) {
      expect(serialize({ topic: 'o', value: 1, headers }).sized.headers).toEqual([{ key: 'a', value: '1' }]);
    }
  });

  it.each<[string, unknown, string]>([
    ['a Map', new Map(), 'defaultHeaders returned an instance of Map, not a plain object'],
    ['a Map', new Map(), 'Let defaultHeaders return Object.fromEntries(headers).'],
    ['a promise', Promise.resolve({}), 'Let defaultHeaders return them at once: it cannot be asynchronous.'],
    ['a header without bytes', { a: 5 }, "'a' of what defaultHeaders returned: a number is neither"],
    ['a header without bytes', { a: 5 }, 'Correct defaultHeaders in the options of the module'],
  ])('fail the record when defaultHeaders returns %s: %s', (_title, headers, message) => {
    const settings = { defaultHeaders: () => headers as RecordHeaders };
    expect(() => serialize({ topic: 'o', value: 1 }, settings)).toThrow(message);
  });

  it('blame the record for its own header even when defaultHeaders has the name, too', () => {
    const settings = { defaultHeaders: () => ({ a: '1' }) };
    expect(() => serialize({ topic: 'o', value: 1, headers: { a: 5 } }, settings)).toThrow(
      /cannot be serialised: 'a': a number/,
    );
  });
});
