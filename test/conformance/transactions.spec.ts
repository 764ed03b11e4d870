import { decodeControlRecord, decodeRecordBatchHeaders, decodeRecords } from 'kafka-wire';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { RawConnection } from '../support/raw-connection.js';
import { eventually, fetchCommitted, RawProducer } from '../support/raw-transactions.js';

describeOnEachKafka('transactions', (kafka: () => TestKafka) => {
  let connection: RawConnection;
  let topic: string;

  beforeAll(async () => {
    connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
    topic = await kafka().createTopic({ partitions: 3 });
  });
  afterAll(() => connection.close());

  const newTopic = () => kafka().createTopic({ partitions: 3 });

  it('are committed, partition by partition, with a marker of the next epoch', async () => {
    const mine = await newTopic();
    const producer = await RawProducer.create(connection);
    expect(await producer.produce(mine, 0, { values: ['a', 'b'] })).toBe(0);
    expect(await producer.produce(mine, 0, { partition: 1 })).toBe(0);
    const { error, epoch, producerId } = await producer.end(true);
    expect({ error, epoch, producerId }).toEqual({ error: 'OK', epoch: 1, producerId: producer.producerId });
    expect(await producer.settled()).toBe('CompleteCommit@1');
    for (const [partition, count] of [
      [0, 2],
      [1, 1],
    ] as const) {
      const answer = await fetchCommitted(connection, mine, 0, partition);
      const [data, marker, ...rest] = decodeRecordBatchHeaders(answer.records ?? Buffer.alloc(0));
      expect(rest).toEqual([]);
      expect(data).toMatchObject({ isTransactional: true, isControl: false, recordCount: count, producerEpoch: 0 });
      expect(marker).toMatchObject({
        isTransactional: true,
        isControl: true,
        baseOffset: count,
        producerEpoch: 1,
        baseSequence: -1,
      });
      expect(answer).toMatchObject({ highWatermark: count + 1, lastStableOffset: count + 1, abortedTransactions: [] });
    }
  });

  it.each([
    [true, 'commit'],
    [false, 'abort'],
  ] as const)('leave a control record that every client can read: %s', async (committed, type) => {
    const mine = await newTopic();
    const producer = await RawProducer.create(connection);
    await producer.produce(mine, 0);
    await producer.finish(committed);
    const { records } = await fetchCommitted(connection, mine);
    const marker = decodeRecordBatchHeaders(records ?? Buffer.alloc(0))[1];
    if (records === null || marker === undefined) throw new Error('there is no marker');
    const [record] = await decodeRecords(records, marker);
    expect(record && decodeControlRecord(record)).toMatchObject({ type });
    expect(record?.value?.toString('hex')).toMatch(/^0000[0-9a-f]{8}$/);
  });

  it('hide what is behind the first record of the oldest open one', async () => {
    const mine = await newTopic();
    const open = await RawProducer.create(connection);
    const other = await RawProducer.create(connection);
    await other.produce(mine, 0);
    const later = await other.finish(true);
    expect(await open.produce(mine, 0)).toBe(2);
    await later.produce(mine, 0);
    await later.finish(true);
    const hidden = await fetchCommitted(connection, mine);
    expect(hidden).toMatchObject({ lastStableOffset: 2, highWatermark: 5 });
    expect(decodeRecordBatchHeaders(hidden.records ?? Buffer.alloc(0)).map((it) => it.baseOffset)).toEqual([0, 1]);
    await open.finish(true);
    expect(await fetchCommitted(connection, mine)).toMatchObject({ lastStableOffset: 6, highWatermark: 6 });
  });

  it('are named with their first offset when they were aborted, in the order of their ends', async () => {
    const mine = await newTopic();
    const first = await RawProducer.create(connection);
    const second = await RawProducer.create(connection);
    await first.produce(mine, 0, { values: ['a', 'b'] });
    await second.produce(mine, 0);
    await first.produce(mine, 2);
    await second.finish(false);
    await first.finish(false);
    const name = ({ producerId }: RawProducer, firstOffset: number) => ({ producerId, firstOffset });
    const aborted = async (offset: number) => (await fetchCommitted(connection, mine, offset)).abortedTransactions;
    expect(await aborted(0)).toEqual([name(second, 2), name(first, 0)]);
    expect(await aborted(4)).toEqual([name(second, 2), name(first, 0)]);
    expect(await aborted(5)).toEqual([name(first, 0)]);
    expect(await aborted(6)).toEqual([]);
  });

  it('take their time to be complete after they are decided', async () => {
    const seen = new Set<string>();
    for (let at = 0; at < 20; at++) {
      const producer = await RawProducer.create(connection);
      await producer.produce(topic, 0);
      const [, state] = await Promise.all([producer.end(true), producer.describe()]);
      seen.add(state.transactionState);
      await producer.settled();
    }
    expect(seen).toContain('PrepareCommit');
  });

  it('begin with the first partition, not with the producer', async () => {
    const producer = await RawProducer.create(connection);
    expect(await producer.describe()).toMatchObject({
      transactionState: 'Empty',
      transactionStartTimeMs: -1,
      transactionTimeoutMs: 60_000,
      topics: [],
    });
    await producer.produce(topic, 0, { partition: 2 });
    const described = await producer.describe();
    expect(described).toMatchObject({ transactionState: 'Ongoing', topics: [{ topic, partitions: [2] }] });
    expect(Math.abs(described.transactionStartTimeMs - Date.now())).toBeLessThan(10_000);
    await producer.finish(false);
  });

  it('fence an older instance with the same id', async () => {
    const old = await RawProducer.create(connection);
    await old.finish(false);
    const young = await RawProducer.create(connection, { transactionalId: old.transactionalId });
    expect(young.epoch).toBe(2);
    expect(await old.at(1).produce(topic, 0)).toBe('INVALID_PRODUCER_EPOCH');
    expect((await old.at(1).end(true)).error).toBe('PRODUCER_FENCED');
    expect((await old.at(1).end(false)).error).toBe('PRODUCER_FENCED');
    expect((await old.at(1).reinit()).error).toBe('PRODUCER_FENCED');
    expect(await young.produce(topic, 0)).toBeTypeOf('number');
    await young.finish(true);
  });

  it('are unknown to the coordinator before their id is initialised', async () => {
    const stranger = (await RawProducer.create(connection)).at(0);
    const unknown = Object.assign(stranger, { transactionalId: `txn-${crypto.randomUUID()}` });
    expect(await unknown.produce(topic, 0)).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await unknown.addPartitions(topic, [0])).toEqual(['INVALID_PRODUCER_ID_MAPPING']);
    expect((await unknown.end(true)).error).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect((await unknown.describe()).errorCode).toBe(105);
  });

  it('need an id that is not empty, and a time-out the broker allows', async () => {
    const producer = await RawProducer.create(connection);
    expect((await producer.init(0)).error).toBe('INVALID_TRANSACTION_TIMEOUT');
    expect((await producer.init(900_001)).error).toBe('INVALID_TRANSACTION_TIMEOUT');
    const nameless = Object.assign(producer.at(0), { transactionalId: '' });
    expect((await nameless.init()).error).toBe('INVALID_REQUEST');
    expect(await nameless.addPartitions(topic, [0])).toEqual(['INVALID_REQUEST']);
    expect((await nameless.end(true)).error).toBe('INVALID_REQUEST');
    expect(await nameless.produce(topic, 0)).toBe('INVALID_REQUEST');
  });

  it('become visible to a consumer of read_committed only after the marker', async () => {
    const mine = await newTopic();
    const producer = await RawProducer.create(connection);
    await producer.produce(mine, 0);
    expect((await fetchCommitted(connection, mine)).records?.length ?? 0).toBe(0);
    await producer.end(true);
    const answer = await eventually(
      () => fetchCommitted(connection, mine),
      ({ records }) => (records?.length ?? 0) > 0,
    );
    expect(answer.lastStableOffset).toBe(2);
  });
});
