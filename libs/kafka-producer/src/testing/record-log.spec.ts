import { beforeEach, describe, expect, it } from 'vitest';

import { InMemoryProducer } from './in-memory-producer.js';

let kafka: InMemoryProducer;
beforeEach(() => {
  kafka = new InMemoryProducer();
});

const send = (value: string | Buffer, topic = 'orders') => kafka.send({ topic, value });

describe('CommittedRecords', () => {
  it('gives all records, or those of a topic', async () => {
    await send('a');
    await send('b', 'audit');
    await send('c');
    expect(kafka.records.all().map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect(kafka.records.in('orders').map(({ text }) => text)).toEqual(['a', 'c']);
    expect(kafka.records.in('other')).toEqual([]);
  });

  it('gives the records of a topic one by one, and waits for those to come', async () => {
    await send('a');
    await send('b');
    expect((await kafka.records.next('orders')).text).toBe('a');
    const { records } = kafka;
    const following = Promise.all([records.next('orders'), records.next('orders'), records.next('orders')]);
    await kafka.enqueue({ topic: 'orders', value: 'c' });
    await kafka.enqueue({ topic: 'orders', value: 'd' });
    expect((await following).map(({ text }) => text)).toEqual(['b', 'c', 'd']);
  });

  it('forgets at clear() who waits: a test that failed takes nothing from the next one', async () => {
    void kafka.records.next('orders');
    kafka.records.clear();
    const mine = kafka.records.next('orders');
    await send('a');
    await expect(mine).resolves.toMatchObject({ text: 'a' });
  });

  it('starts anew after clear(), offsets aside', async () => {
    await send('a');
    await kafka.records.next('orders');
    kafka.records.clear();
    expect(kafka.records.all()).toEqual([]);
    await send('b');
    expect(await kafka.records.next('orders')).toMatchObject({ text: 'b', offset: '1' });
  });

  it('has the record before send() resolves', async () => {
    const seen = send('a').then(() => kafka.records.in('orders').length);
    expect(await seen).toBe(1);
  });

  it('keeps the bytes although the producer uses its memory again', async () => {
    const values = Array.from({ length: 200 }, (_, index) => `value ${index} ${'x'.repeat(500)}`);
    for (const value of values) await send(value);
    expect(kafka.records.in('orders').map(({ text }) => text)).toEqual(values);
  });
});

describe('a committed record', () => {
  it('reads its parts as bytes, text and JSON', async () => {
    const value = { id: 'SO-1' };
    await kafka.send({ topic: 'orders', key: 'k', value, timestamp: 7, headers: { a: '1', b: ['2', null], c: null } });
    const [record] = kafka.records.in('orders');
    expect(record).toMatchObject({
      key: Buffer.from('k'),
      keyText: 'k',
      value: Buffer.from(JSON.stringify(value)),
      text: JSON.stringify(value),
      json: value,
      timestamp: 7,
    });
    expect(record?.headers).toEqual({ a: '1', b: ['2', null], c: null });
  });

  it('says what is there when it is no JSON', async () => {
    await send('not { JSON');
    expect(() => kafka.records.in('orders')[0]?.json).toThrow(
      'The value of orders[0] at offset 0 is no JSON: not { JSON. Read it with text or value.',
    );
  });
});
