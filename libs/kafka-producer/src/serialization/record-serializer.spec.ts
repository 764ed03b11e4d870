import { describe, expect, it } from 'vitest';

import type { ProducerRecord } from '../record/producer-record.js';
import { LateRecord } from './late-record.js';
import { OWN_SERIALIZER } from './own-serializer.js';
import type { Serializer } from './serializer.js';
import { lateRecord, NOW, serialize, serializer } from './spec-support/serialize.js';

const upper: Serializer = { serialize: (data) => String(data).toUpperCase() };
const lateUpper: Serializer = { serialize: async (data) => String(data).toUpperCase() };

describe('a record with the default serializers', () => {
  const bytes = new Uint8Array([4, 5]);

  it('names topic and field of what cannot be serialised', () => {
    expect(() => serialize({ topic: 'orders', value: undefined })).toThrow(
      expect.objectContaining({ code: 'KAFKA_PRODUCER_SERIALIZATION', topic: 'orders', field: 'value' }),
    );
  });

  it.each<[unknown, unknown]>([
    ['k', 'k'],
    [bytes, bytes],
    ['', ''],
    [null, null],
    [undefined, null],
  ])('sends the key %s', (key, expected) => {
    expect(serialize({ topic: 'orders', value: 1, key }).sized.key).toBe(expected);
  });

  it('refuses a key that is neither text nor bytes, since a guess would decide about partitions', () => {
    expect(() => serialize({ topic: 'orders', value: 1, key: 42 })).toThrow(
      /The key of a record for topic 'orders' cannot be serialised: a number is neither a string nor bytes/,
    );
  });

  it('does not change what it was given', () => {
    const record = Object.freeze({
      topic: 'orders',
      value: Object.freeze({ a: 1 }),
      headers: Object.freeze({ h: Object.freeze(['1']) }),
    });
    expect(() => serialize(record, { defaultHeaders: () => Object.freeze({ d: '1' }) })).not.toThrow();
  });
});

describe('the fields of a record', () => {
  it.each<[string, unknown, string]>([
    ['no object', 'text', 'it is a string, not an object with topic and value'],
    ['null', null, 'it is null'],
    ['no topic', { value: 1 }, 'its topic is undefined, not a string'],
    ['an empty topic', { topic: '', value: 1 }, 'its topic is an empty string'],
    ['a topic with a blank', { topic: 'my orders', value: 1 }, "'my orders' is no legal topic name"],
    ["the topic '..'", { topic: '..', value: 1 }, "'..' is no legal topic name"],
    ['a topic of 250 characters', { topic: 'x'.repeat(250), value: 1 }, 'is no legal topic name'],
    ['a negative partition', { topic: 'o', value: 1, partition: -1 }, 'its partition is -1'],
    ['a fraction of a partition', { topic: 'o', value: 1, partition: 1.5 }, 'its partition is 1.5'],
    ['a partition as text', { topic: 'o', value: 1, partition: '1' }, 'its partition is 1, not an integer'],
    ['a negative timestamp', { topic: 'o', value: 1, timestamp: -5 }, 'its timestamp is -5'],
    ['a timestamp as text', { topic: 'o', value: 1, timestamp: '5' }, 'its timestamp is 5'],
    ['an invalid date', { topic: 'o', value: 1, timestamp: new Date('x') }, 'its timestamp is Invalid Date'],
  ])('are refused: %s', (_title, record, reason) => {
    expect(() => serialize(record)).toThrow(
      expect.objectContaining({
        code: 'KAFKA_PRODUCER_INVALID_RECORD',
        message: expect.stringContaining(reason) as string,
      }),
    );
  });

  it.each<[unknown, number]>([
    [undefined, NOW],
    [null, NOW],
    [0, 0],
    [1234, 1234],
    [new Date(99), 99],
  ])('take the timestamp %s', (timestamp, expected) => {
    expect(serialize({ topic: 'o', value: 1, timestamp }).sized.timestampMs).toBe(expected);
  });

  it.each([[undefined], [0], [2_147_483_647]])('take the partition %s', (partition) => {
    expect(serialize({ topic: 'o', value: 1, partition }).partition).toBe(partition);
  });

  it('name the topic as resolveTopic does, checked after it', () => {
    const settings = { resolveTopic: (name: string) => `prod.${name}` };
    expect(serialize({ topic: 'orders', value: 1 }, settings).topic).toBe('prod.orders');
    expect(() => serialize({ topic: 'a b', value: 1 }, settings)).toThrow("'prod.a b' is no legal topic name");
    const failing = {
      resolveTopic: () => {
        throw new Error('no such tenant');
      },
    };
    expect(() => serialize({ topic: 'orders', value: 1 }, failing)).toThrow('resolveTopic threw Error: no such tenant');
  });
});

describe('default headers', () => {
  it('are asked once per record, for its topic in Kafka and its request', () => {
    const asked: unknown[] = [];
    const defaultHeaders = (context: object): undefined => void asked.push(context);
    const request = { origin: 'http', headers: {} };
    const scope = () => request;
    serialize({ topic: 't', value: 'x' }, { defaultHeaders, resolveTopic: (name) => `prod.${name}` });
    serialize({ topic: 't', value: 'x' }, { defaultHeaders, scope });
    expect(asked).toStrictEqual([
      { topic: 'prod.t', scope: undefined },
      { topic: 't', scope: request },
    ]);
  });
});

describe('serializers of the user', () => {
  it('are asked per field, and told topic, field and header', () => {
    const asked: unknown[] = [];
    const spy: Serializer = {
      serialize(data, context) {
        asked.push([data, context]);
        return String(data);
      },
    };
    serialize(
      { topic: 'o', key: 1, value: 2, headers: { h: 3 } },
      { serializers: { key: spy, value: spy, header: spy } },
    );
    expect(asked).toEqual([
      [1, { topic: 'o', field: 'key' }],
      [2, { topic: 'o', field: 'value' }],
      [3, { topic: 'o', field: 'header', header: 'h' }],
    ]);
  });

  it('are not asked about null: a tombstone stays one', () => {
    const { sized } = serialize(
      { topic: 'o', key: null, value: null, headers: { h: null } },
      { serializers: { key: upper, value: upper, header: upper } },
    );
    expect(sized).toMatchObject({ key: null, value: null, headers: [{ key: 'h', value: null }] });
  });

  it('give way to the serializer the record brings from its contract', () => {
    const own: Serializer = { serialize: (data) => `own:${String(data)}` };
    const made = { topic: 'o', value: 'x', [OWN_SERIALIZER]: own };
    const record = { ...made, partition: 1 };
    expect(serialize(record, { serializers: { value: upper } }).sized.value).toBe('own:x');
  });

  it('may be async in every field', async () => {
    const late = lateRecord(
      { key: lateUpper, value: lateUpper, header: lateUpper },
      {
        topic: 'o',
        key: 'k',
        value: 'v',
        headers: { h: ['a', 'b'] },
      },
    );
    expect((await late.done).sized).toMatchObject({
      key: 'K',
      value: 'V',
      headers: [
        { key: 'h', value: 'A' },
        { key: 'h', value: 'B' },
      ],
    });
  });

  it.each<[string, Serializer['serialize'], string]>([
    ['throws', () => { throw new Error('no schema'); }, 'no schema'], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('registry is down')), 'registry is down'],
    ['returns a number', () => 5 as unknown as string, 'the serializer returned a number, not bytes, a string or null'],
    ['resolves with an object', () => Promise.resolve({} as unknown as string), 'the serializer returned an object'],
  ])('fail the record when one %s', async (_title, fail, reason) => {
    const run = async (): Promise<unknown> => {
      const made = serializer({ serializers: { value: { serialize: fail } } }).serialize({ topic: 'o', value: 1 });
      return made instanceof LateRecord ? made.done : made;
    };
    await expect(run()).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_SERIALIZATION',
      field: 'value',
      message: expect.stringContaining(reason) as string,
    });
  });

  it('tell which field is still being waited for', async () => {
    let finish: () => void = () => {};
    const slowKey: Serializer = { serialize: () => new Promise((resolve) => (finish = () => resolve('k'))) };
    const never: Serializer = { serialize: () => new Promise(() => {}) };
    const record: ProducerRecord = { topic: 'o', key: 'k', value: 'v', headers: { h: 'x' } };
    const late = lateRecord({ key: slowKey, header: never }, record);
    expect(late.unfinishedField).toBe('key');
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    expect(late.unfinishedField).toBe('header');
  });

  it('leave no unhandled rejection when an async one rejects after another field threw', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const key: Serializer = { serialize: () => Promise.reject(new Error('late')) };
    expect(() => serializer({ serializers: { key } }).serialize({ topic: 'o', key: 'k', value: undefined })).toThrow(
      'undefined has no JSON form',
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });
});
