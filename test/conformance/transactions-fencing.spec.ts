import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { RawConnection } from '../support/raw-connection.js';
import { RawProducer } from '../support/raw-transactions.js';

const LAST_EPOCH = 32_766;

describeOnEachKafka('InitProducerId with a transactional id', (kafka: () => TestKafka) => {
  let connection: RawConnection;
  let topic: string;

  beforeAll(async () => {
    connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
    topic = await kafka().createTopic({ partitions: 3 });
  });
  afterAll(() => connection.close());

  it('gives a new instance the same id and the next epoch', async () => {
    const producer = await RawProducer.create(connection);
    expect(producer.epoch).toBe(0);
    expect(await producer.init()).toEqual({ error: 'OK', producerId: producer.producerId, epoch: 1 });
    expect(await producer.settled()).toBe('Empty@1');
  });

  it('raises the epoch of a producer that holds it, and knows the retry', async () => {
    const producer = await RawProducer.create(connection);
    expect(await producer.reinit()).toMatchObject({ error: 'OK', epoch: 1 });
    expect(await producer.reinit()).toMatchObject({ error: 'OK', epoch: 1 });
    expect(await producer.at(1).reinit()).toMatchObject({ error: 'OK', epoch: 2 });
    expect((await producer.reinit()).error).toBe('PRODUCER_FENCED');
    expect((await producer.at(2, Buffer.alloc(8, 1)).reinit()).error).toBe('PRODUCER_FENCED');
  });

  it('destroys what EndTxn could have told', async () => {
    const producer = await RawProducer.create(connection);
    await producer.produce(topic, 0);
    const next = await producer.finish(true);
    expect(await next.reinit()).toMatchObject({ error: 'OK', epoch: 2 });
    expect((await producer.end(true)).error).toBe('PRODUCER_FENCED');
    expect(await producer.settled()).toBe('Empty@2');
  });

  it('aborts an open transaction first, and asks its caller to come back', async () => {
    const producer = await RawProducer.create(connection);
    await producer.produce(topic, 0);
    expect((await producer.init()).error).toBe('CONCURRENT_TRANSACTIONS');
    expect(await producer.settled()).toBe('CompleteAbort@1');
    expect(await producer.init()).toMatchObject({ error: 'OK', epoch: 2 });
  });

  it('aborts also for a holder, whatever epoch it names', async () => {
    const producer = await RawProducer.create(connection);
    await producer.produce(topic, 0);
    expect((await producer.at(7).reinit()).error).toBe('CONCURRENT_TRANSACTIONS');
    expect(await producer.settled()).toBe('CompleteAbort@1');
    expect(await producer.reinit()).toMatchObject({ error: 'OK', epoch: 1 });
    expect(await producer.reinit()).toMatchObject({ error: 'OK', epoch: 1 });
  });

  it('leaves a window between the two requests of a rival', async () => {
    const old = await RawProducer.create(connection);
    await old.produce(topic, 0);
    expect((await old.init()).error).toBe('CONCURRENT_TRANSACTIONS');
    await old.settled();
    expect(await old.produce(topic, 1)).toBe('INVALID_PRODUCER_EPOCH');
    expect(await old.produce(topic, 0)).toBe('INVALID_PRODUCER_EPOCH');
    expect(await old.produce(topic, 0, { partition: 1 })).toBe('INVALID_PRODUCER_EPOCH');
    expect(await old.addPartitions(topic, [0])).toEqual(['PRODUCER_FENCED']);
    expect((await old.end(true)).error).toBe('INVALID_TXN_STATE');
    expect(await old.end(false)).toMatchObject({ error: 'OK', epoch: 1 });
    expect(await old.reinit()).toMatchObject({ error: 'OK', epoch: 1 });
    expect(await old.init()).toMatchObject({ error: 'OK', epoch: 2 });
  });

  it('fences the old instance for good when the rival is in', async () => {
    const old = await RawProducer.create(connection);
    await old.produce(topic, 0);
    const young = await RawProducer.create(connection, { transactionalId: old.transactionalId });
    expect(young.epoch).toBe(2);
    expect(await old.produce(topic, 1)).toBe('INVALID_PRODUCER_EPOCH');
    expect(await old.addPartitions(topic, [0])).toEqual(['PRODUCER_FENCED']);
    expect(await old.addOffsets('group')).toBe('PRODUCER_FENCED');
    for (const verdict of [true, false]) {
      expect((await old.end(verdict)).error).toBe('PRODUCER_FENCED');
      expect((await old.end(verdict, 4)).error).toBe('PRODUCER_FENCED');
    }
    expect((await old.reinit()).error).toBe('PRODUCER_FENCED');
    expect((await old.at(1).reinit()).error).toBe('PRODUCER_FENCED');
  });

  /** A producer at an epoch close to the last one: raised there by its own requests, many at a time on one connection. */
  async function near(epoch: number): Promise<RawProducer> {
    const producer = await RawProducer.create(connection);
    for (let at = 0; at < epoch; at += 500) {
      const epochs = Array.from({ length: Math.min(500, epoch - at) }, (_, step) => at + step);
      await Promise.all(epochs.map((one) => producer.at(one).reinit()));
    }
    expect(await producer.settled()).toBe(`Empty@${epoch}`);
    return producer.at(epoch);
  }

  const other = (producer: RawProducer, { producerId }: { producerId: Buffer }) =>
    !producer.producerId.equals(producerId) && producerId.readInt8(0) >= 0;

  it('takes a new producer id after epoch 32766', async () => {
    const producer = await near(LAST_EPOCH);
    expect((await producer.at(LAST_EPOCH - 1).reinit()).error).toBe('UNKNOWN_SERVER_ERROR');
    const rotated = await producer.reinit();
    expect(rotated).toMatchObject({ error: 'OK', epoch: 0 });
    expect(other(producer, rotated)).toBe(true);
    expect(await producer.reinit()).toEqual(rotated);
    expect((await producer.at(LAST_EPOCH - 1).reinit()).error).toBe('PRODUCER_FENCED');
  });

  it('is not needed for a new id: EndTxn of TV2 rotates by itself', async () => {
    const producer = await near(LAST_EPOCH - 1);
    const mine = await kafka().createTopic();
    expect(await producer.produce(mine, 0)).toBe(0);
    const last = await producer.finish(true);
    expect([last.epoch, other(producer, last)]).toEqual([LAST_EPOCH, false]);
    expect(await last.produce(mine, 0)).toBe(2);
    const rotated = await last.finish(true);
    expect([rotated.epoch, other(producer, rotated)]).toEqual([0, true]);
    expect(await last.end(true)).toEqual({ error: 'OK', producerId: rotated.producerId, epoch: 0 });
    expect((await last.end(false)).error).toBe('INVALID_TXN_STATE');
    expect(await rotated.produce(mine, 0)).toBe(4);
    expect(await last.produce(mine, 1)).toBe('INVALID_PRODUCER_EPOCH');
    expect((await last.end(true)).error).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect((await rotated.finish(true)).epoch).toBe(1);
    expect((await last.reinit()).error).toBe('PRODUCER_FENCED');
  });

  it('rotates when a rival aborts at the last epoch', async () => {
    const producer = await near(LAST_EPOCH);
    await producer.addPartitions(topic, [2]);
    expect((await producer.init()).error).toBe('CONCURRENT_TRANSACTIONS');
    expect(await producer.settled()).toBe('CompleteAbort@0');
    expect((await producer.end(true)).error).toBe('INVALID_TXN_STATE');
    const aborted = await producer.end(false);
    expect([aborted.error, aborted.epoch, other(producer, aborted)]).toEqual(['OK', 0, true]);
    expect(await producer.reinit()).toEqual(aborted);
    expect(await producer.init()).toMatchObject({ error: 'OK', epoch: 1 });
    expect((await producer.reinit()).error).toBe('PRODUCER_FENCED');
  });

  it('is what TV1 rotates with: the last epoch stays usable until then', async () => {
    const producer = await near(LAST_EPOCH);
    for (let at = 0; at < 2; at++) {
      await producer.addPartitions(topic, [2]);
      await producer.finish(true, 4);
    }
    expect(await producer.settled()).toBe(`CompleteCommit@${LAST_EPOCH}`);
    const rotated = await producer.init();
    expect([rotated.error, rotated.epoch, other(producer, rotated)]).toEqual(['OK', 0, true]);
  });
});
