import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { RecordingProducer } from '../decorators/spec-support/recording-producer.js';
import { InMemoryProducer } from '../testing/in-memory-producer.js';
import { defineTopic } from './define-topic.js';
import { TopicProducer, type RecordOverrides } from './topic-producer.js';

interface OrderPlaced {
  readonly orderId: string;
}

const plain = defineTopic<OrderPlaced>('orders', {
  key: ({ orderId }) => orderId,
  headers: () => ({ type: 'OrderPlaced', version: '1' }),
});
const validated = defineTopic('orders', {
  payload: z.object({ orderId: z.string() }),
  key: ({ orderId }) => orderId,
  headers: () => ({ type: 'OrderPlaced', version: '1' }),
});

describe.each([
  ['a plain contract', plain],
  ['a contract that validates', validated],
])('the producer of %s', (_title, contract) => {
  it('sends payloads, one or many, in their order', async () => {
    const kafka = new InMemoryProducer();
    const orders = new TopicProducer(contract, kafka);
    await expect(orders.send({ orderId: 'o-1' })).resolves.toMatchObject({ topic: 'orders', offset: '0' });
    const all = await orders.sendAll([{ orderId: 'o-2' }, { orderId: 'o-3' }]);
    expect(all.map(({ offset }) => offset)).toEqual(['1', '2']);
    expect(kafka.records.in('orders').map(({ keyText }) => keyText)).toEqual(['o-1', 'o-2', 'o-3']);
  });

  it.each<[string, RecordOverrides, object]>([
    ['a key', { key: 'own' }, { keyText: 'own', headers: { type: 'OrderPlaced', version: '1' } }],
    ['no key', { key: null }, { keyText: null }],
    ['headers, merged by name', { headers: { type: 'own' } }, { headers: { type: 'own', version: '1' } }],
    ['partition and time', { partition: 1, timestamp: new Date(1_000) }, { partition: 1, timestamp: 1_000 }],
    ['undefined, which is the contract’s', { key: undefined, headers: undefined }, { keyText: 'o-1' }],
  ])('takes overrides: %s', async (_override, overrides, expected) => {
    const kafka = new InMemoryProducer({ partitions: 2 });
    await new TopicProducer(contract, kafka).send({ orderId: 'o-1' }, overrides);
    expect(kafka.records.all()[0]).toMatchObject(expected);
  });

  it('refuses headers that would be spread to nothing', async () => {
    const headers = new Map([['type', 'own']]) as never;
    const sent = new TopicProducer(contract, new InMemoryProducer()).send({ orderId: 'o-1' }, { headers });
    await expect(sent).rejects.toThrow('its headers are an instance of Map, not a plain object');
  });

  it('gives a signal on', async () => {
    const signal = AbortSignal.abort();
    const sent = new TopicProducer(contract, new InMemoryProducer()).send({ orderId: 'o-1' }, undefined, { signal });
    await expect(sent).rejects.toMatchObject({ name: 'DeliveryAbortedError', persisted: 'no' });
  });
});

describe('the producer of a topic', () => {
  it('rejects, and does not throw, when the contract makes no record', async () => {
    const producer = new TopicProducer(plain, new InMemoryProducer());
    await expect(producer.send({} as OrderPlaced)).rejects.toMatchObject({ name: 'InvalidRecordError' });
    await expect(producer.sendAll([{} as OrderPlaced])).rejects.toMatchObject({ name: 'InvalidRecordError' });
  });

  it('works with what a test gives in the producer’s place', async () => {
    const stand = new RecordingProducer();
    await new TopicProducer(plain, stand).send({ orderId: 'o-1' });
    expect(stand.records).toMatchObject([{ topic: 'orders', key: 'o-1' }]);
  });
});

describe('a null payload', () => {
  it('with a key by hand is refused, and not taken for a tombstone', async () => {
    const kafka = new InMemoryProducer();
    const nullable = defineTopic('prices', { payload: z.object({ amount: z.number() }).nullable(), key: null });
    const sent = new TopicProducer(nullable, kafka).send(null, { key: 'p-1' });
    await expect(sent).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_INVALID_RECORD',
      message: expect.stringContaining('contract.tombstone(key)') as string,
    });
    expect(kafka.records.all()).toEqual([]);
    await kafka.send(nullable.tombstone('p-1'));
    expect(kafka.records.all()).toMatchObject([{ keyText: 'p-1', value: null }]);
  });
});
