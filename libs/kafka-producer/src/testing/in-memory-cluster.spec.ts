import { describe, expect, it } from 'vitest';

import { UnknownTopicError } from '../errors/cluster-side.errors.js';
import { SerializationError } from '../errors/record.errors.js';
import { KafkaProducerService } from '../kafka-producer.service.js';
import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { murmur2 } from '../partitioning/murmur2.js';
import { CommittedRecords } from './committed-records.js';
import { ScriptedOutcomes } from './scripted-outcomes.js';
import { Orders, start } from './spec-support/application.js';

describe('an application over the in-memory cluster', () => {
  it('starts without a broker, and shows what its methods emitted', async () => {
    const { module, records } = await start();
    const order = { id: 'SO-1', total: 38.7 };
    await expect(module.get(Orders).place(order)).resolves.toBe(order);
    expect(records.in('orders')).toMatchObject([
      {
        partition: 0,
        offset: '0',
        keyText: 'SO-1',
        json: order,
        headers: { type: 'OrderPlaced' },
        producer: 'default',
      },
    ]);
  });

  it('acknowledges with the place of the record', async () => {
    const { producer } = await start();
    await producer.send({ topic: 'orders', value: 'first' });
    await expect(producer.send({ topic: 'orders', value: 'second', timestamp: 7 })).resolves.toEqual({
      topic: 'orders',
      partition: 0,
      offset: '1',
      timestamp: 7,
    });
  });

  it('keeps the records of all producers together, in the order in which they were written, each with the name of its producer', async () => {
    const { module, records } = await start();
    await module.get(Orders).place({ id: 'SO-1', total: 1 });
    expect(records.all().map(({ producer, topic }) => `${producer}: ${topic}`)).toEqual([
      'audit: audit',
      'default: orders',
    ]);
  });

  it('counts offsets per producer, because each may be of another cluster', async () => {
    const { module, records, producer } = await start();
    await producer.send({ topic: 'shared', value: 'a' });
    await module.get<KafkaProducerService>(getKafkaProducerToken('audit')).send({ topic: 'shared', value: 'b' });
    expect(records.in('shared')).toMatchObject([
      { producer: 'default', offset: '0' },
      { producer: 'audit', offset: '0' },
    ]);
  });

  it('partitions by key as the real one does', async () => {
    const { records, producer } = await start({}, { partitions: 6 });
    const keys = ['SO-1', 'SO-2', 'SO-3', 'SO-4'];
    await producer.sendAll(keys.map((key) => ({ topic: 'orders', key, value: key })));
    const expected = keys.map((key) => [key, (murmur2(Buffer.from(key)) & 0x7fffffff) % 6]);
    expect(new Set(expected.map(([, partition]) => partition)).size).toBeGreaterThan(1);
    expect(Object.fromEntries(records.in('orders').map(({ keyText, partition }) => [keyText, partition]))).toEqual(
      Object.fromEntries(expected),
    );
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('reads batches with compression %s', async (type) => {
    const { records, producer } = await start({ producer: { compressionType: type } });
    const values = Array.from({ length: 50 }, (_, index) => `value ${index}`);
    await producer.sendAll(values.map((value) => ({ topic: 'orders', value })));
    expect(records.in('orders').map(({ text }) => text)).toEqual(values);
  });

  it('serialises and checks as the real one does', async () => {
    const { records, producer } = await start({ resolveTopic: (name) => `test.${name}` });
    await expect(producer.send({ topic: 'orders', value: undefined })).rejects.toThrow(SerializationError);
    await producer.send({ topic: 'orders', key: 'k', value: null });
    expect(records.in('test.orders')).toMatchObject([{ keyText: 'k', value: null, text: null, json: null }]);
    expect(records.all()).toHaveLength(1);
  });

  it('has the records although acks 0 asks for no answer', async () => {
    const { records, producer } = await start({ producer: { acks: 0, enableIdempotence: false } });
    await expect(producer.send({ topic: 'orders', value: 'a', timestamp: 7 })).resolves.toEqual({
      topic: 'orders',
      partition: 0,
      timestamp: 7,
    });
    expect(records.in('orders')).toMatchObject([{ text: 'a', offset: '0' }]);
  });

  it('lets a delivery time out while it is held, and appends it afterwards all the same', async () => {
    const producerOptions = { deliveryTimeoutMs: 300, requestTimeoutMs: 300 };
    const { module, records, producer } = await start({ producer: producerOptions });
    const slow = module.get(ScriptedOutcomes).nextSend({ outcome: 'slow' });
    await expect(producer.send({ topic: 'orders', value: 'a' })).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_DELIVERY_TIMEOUT',
      persisted: 'possibly',
    });
    slow.release();
    await expect(records.next('orders')).resolves.toMatchObject({ text: 'a' });
  });

  it('gives up on close what is held', async () => {
    const { module, producer } = await start({ shutdownTimeoutMs: 0 });
    await producer.send({ topic: 'orders', value: 'before' });
    const slow = module.get(ScriptedOutcomes).nextSend({ outcome: 'slow' });
    const failure = producer.send({ topic: 'orders', value: 'a' }).catch((error: unknown) => error);
    await slow.reached;
    const behind = producer.send({ topic: 'orders', value: 'b' }).catch((error: unknown) => error);
    await new Promise((endOfTurn) => setImmediate(endOfTurn)); // on its way, behind the one that is held
    await module.close();
    await expect(behind).resolves.toMatchObject({ code: 'KAFKA_PRODUCER_DELIVERY_ABORTED', persisted: 'possibly' });
    await new Promise((endOfTurn) => setImmediate(endOfTurn));
    await expect(failure).resolves.toMatchObject({ code: 'KAFKA_PRODUCER_DELIVERY_ABORTED', persisted: 'possibly' });
    expect(module.get(CommittedRecords).all()).toMatchObject([{ text: 'before' }]);
  });

  it('has the topics it was given and no others', async () => {
    const { producer } = await start({}, { topics: ['orders', { name: 'wide', partitions: 3 }] });
    await expect(producer.send({ topic: 'orders', value: 'a' })).resolves.toMatchObject({ partition: 0 });
    await expect(producer.partitionsFor('wide')).resolves.toHaveLength(3);
    await expect(producer.send({ topic: 'oders', value: 'a' })).rejects.toThrow(UnknownTopicError);
    await expect(producer.send({ topic: 'oders', value: 'a' })).rejects.toThrow(
      "Topic 'oders' does not exist: the topics given to the in-memory cluster are orders, wide",
    );
  });

  it('says that it is connected until it is closed', async () => {
    const { module, producer } = await start();
    expect(producer.stats().brokersConnected).toBe(1);
    await module.close();
    expect(producer.stats()).toMatchObject({ brokersConnected: 0, state: 'closed' });
  });

  it('delivers on shutdown what was accepted', async () => {
    const { module, records, producer } = await start({ producer: { lingerMs: 60_000 } });
    const { acknowledged } = await producer.enqueue({ topic: 'orders', value: 'last' });
    await module.close();
    await expect(acknowledged).resolves.toMatchObject({ offset: '0' });
    expect(records.in('orders')).toHaveLength(1);
  });
});
