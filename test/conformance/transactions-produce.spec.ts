import { apis, decodeRecordBatchHeaders } from 'kafka-wire';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { RawConnection } from '../support/raw-connection.js';
import { fetchCommitted, produceBatch, RawProducer, type Told } from '../support/raw-transactions.js';

describeOnEachKafka('Produce in a transaction', (kafka: () => TestKafka) => {
  let connection: RawConnection;
  let topic: string;
  const newTopic = () => kafka().createTopic({ partitions: 3 });
  const create = () => RawProducer.create(connection);

  beforeAll(async () => {
    connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
    topic = await newTopic();
  });
  afterAll(() => connection.close());

  it.each([
    [10, 'INVALID_TXN_STATE'],
    [11, 'TRANSACTION_ABORTABLE'],
  ] as const)('needs AddPartitionsToTxn in version %i', async (version, error) => {
    const producer = await create();
    expect(await producer.produce(topic, 0, { version })).toBe(error);
    expect(await producer.settled()).toBe('Empty@0');
    expect(await producer.addPartitions(topic, [0])).toEqual(['OK']);
    expect(await producer.produce(topic, 0, { version })).toBeTypeOf('number');
    await producer.finish(false);
  });

  it('adds its partitions itself from version 12', async () => {
    const producer = await create();
    expect(await producer.produce(topic, 0, { partition: 1 })).toBeTypeOf('number');
    expect((await producer.describe()).topics).toEqual([{ topic, partitions: [1] }]);
    await producer.finish(false);
  });

  it('may be of version 11 or 12 after AddPartitionsToTxn', async () => {
    const producer = await create();
    await producer.addPartitions(topic, [0, 1]);
    expect(await producer.produce(topic, 0, { version: 11 })).toBeTypeOf('number');
    expect(await producer.produce(topic, 1, { version: 12 })).toBeTypeOf('number');
    expect(await producer.produce(topic, 0, { version: 12, partition: 1 })).toBeTypeOf('number');
    await producer.finish(true);
  });

  it.each([10, 11, 12])(
    'of version %i is fenced under another epoch, and unknown under another id',
    async (version) => {
      const producer = await create();
      await producer.produce(topic, 0);
      for (const epoch of [3, 1]) {
        expect(await producer.at(epoch).produce(topic, 0, { version })).toBe('INVALID_PRODUCER_EPOCH');
      }
      const stranger = producer.at(0, Buffer.alloc(8, 3));
      expect(await stranger.produce(topic, 0, { version })).toBe('INVALID_PRODUCER_ID_MAPPING');
      await producer.finish(false);
    },
  );

  it('needs the transactional id when the batch is transactional', async () => {
    const producer = await create();
    const batch = await producer.batch(0, ['x']);
    expect(await produceBatch(connection, topic, batch)).toBe('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  });

  it('begins at sequence 0 in TV2, and anywhere in TV1', async () => {
    const mine = await newTopic();
    const newer = await create();
    expect(await newer.produce(mine, 5)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(await newer.produce(mine, 0)).toBe(0);
    await newer.finish(true);
    const older = await create();
    await older.addPartitions(mine, [1]);
    expect(await older.produce(mine, 5, { version: 11, partition: 1 })).toBe(0);
    await older.finish(true, 4);
  });

  it('begins again at sequence 0 after every verdict of TV2', async () => {
    const mine = await newTopic();
    const producer = await create();
    await producer.produce(mine, 0);
    const next = await producer.finish(true);
    expect(await next.produce(mine, 1)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(await next.produce(mine, 0)).toBe(2);
    expect(await next.produce(mine, 1)).toBe(3);
    expect((await next.finish(true)).epoch).toBe(2);
  });

  it('goes on with its sequences in TV1', async () => {
    const mine = await newTopic();
    const producer = await create();
    await producer.addPartitions(mine, [0]);
    await producer.produce(mine, 0, { version: 11 });
    await producer.finish(true, 4);
    await producer.addPartitions(mine, [0]);
    expect(await producer.produce(mine, 1, { version: 11 })).toBe(2);
    await producer.finish(true, 4);
  });

  it('knows a repeat, and answers with its offset', async () => {
    const mine = await newTopic();
    const producer = await create();
    for (let at = 0; at < 7; at++) expect(await producer.produce(mine, at)).toBe(at);
    expect(await producer.produce(mine, 2)).toBe(2);
    expect(await producer.produce(mine, 1)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    await producer.finish(true);
  });

  it('that failed does not use its sequence up', async () => {
    const mine = await kafka().createTopic({ configs: { 'max.message.bytes': '300' } });
    const producer = await create();
    expect(await producer.produce(mine, 0)).toBe(0);
    expect(await producer.produce(mine, 1, { values: ['x'.repeat(500)] })).toBe('MESSAGE_TOO_LARGE');
    expect(await producer.produce(mine, 2)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(await producer.produce(mine, 1)).toBe(1);
    expect(await producer.settled()).toBe('Ongoing@0');
    await producer.finish(true);
  });

  it('that failed as the only one can still be committed', async () => {
    const mine = await kafka().createTopic({ configs: { 'max.message.bytes': '300' } });
    const producer = await create();
    expect(await producer.produce(mine, 0, { values: ['x'.repeat(500)] })).toBe('MESSAGE_TOO_LARGE');
    expect((await producer.end(true)).error).toBe('OK');
    expect(await producer.settled()).toBe('CompleteCommit@1');
    expect(await fetchCommitted(connection, mine)).toMatchObject({ highWatermark: 1, lastStableOffset: 1 });
  });

  it('to a partition that is not there leaves the transaction alone', async () => {
    const producer = await create();
    expect(await producer.produce(topic, 0, { partition: 9 })).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(await producer.produce(`${topic}-no`, 0)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(await producer.settled()).toBe('Empty@0');
  });

  it('with a damaged batch leaves the transaction open', async () => {
    const producer = await create();
    await producer.produce(topic, 0);
    const batch = await producer.batch(1, ['x']);
    batch.writeUInt8((batch.at(-1) as number) ^ 1, batch.length - 1);
    const { transactionalId } = producer;
    expect(await produceBatch(connection, topic, batch, { transactionalId })).toBe('CORRUPT_MESSAGE');
    expect(await producer.settled()).toBe('Ongoing@0');
    await producer.finish(true);
  });

  it('shares a partition with none of its own records outside of it', async () => {
    const mine = await newTopic();
    const producer = await create();
    await producer.produce(mine, 0);
    const plain = { isTransactional: false };
    expect(await producer.produce(mine, 1, plain)).toBe('INVALID_TXN_STATE');
    expect(await producer.produce(mine, 7, plain)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(await producer.produce(mine, 0, plain)).toBe(0);
    expect(await producer.produce(mine, 0, { ...plain, partition: 1 })).toBe(0);
    expect(await producer.produce(mine, 1)).toBe(1);
    await producer.finish(true);
  });

  it('waits for the markers of the transaction before in version 12', async () => {
    const mine = await newTopic();
    let producer = await create();
    await producer.addPartitions(mine, [0, 1, 2]);
    for (let at = 0; at < 10; at++) {
      await producer.produce(mine, 0);
      const { epoch, error } = await producer.end(at % 2 === 0);
      expect(error).toBe('OK');
      producer = producer.at(epoch);
      const answers = await Promise.all([producer.produce(mine, 0), producer.produce(mine, 1)]);
      expect(answers).not.toContain('CONCURRENT_TRANSACTIONS');
      expect(answers.every((answer) => typeof answer === 'number')).toBe(true);
      producer = await producer.finish(true);
    }
  });

  /** First batches for partitions 0 to 3 at once, each over a connection of its own. */
  async function together(producer: RawProducer, mine: string): Promise<Told[]> {
    const connections = await Promise.all([0, 1, 2, 3].map(() => RawConnection.open(connection.address)));
    const senders = connections.map((other) => Object.assign(producer.at(producer.epoch), { connection: other }));
    const answers = await Promise.all(senders.map((sender, partition) => sender.produce(mine, 0, { partition })));
    for (const other of connections) other.close();
    return answers;
  }

  it('on several partitions at once gets in its own way when it has to add them', async () => {
    const mine = await kafka().createTopic({ partitions: 4 });
    const seen = new Set<Told>();
    let producer = await create();
    for (let at = 0; at < 20 && !seen.has('NOT_ENOUGH_REPLICAS'); at++) {
      for (const answer of await together(producer, mine)) seen.add(typeof answer === 'number' ? 'appended' : answer);
      producer = await producer.finish(true);
    }
    expect(seen).toEqual(new Set(['NOT_ENOUGH_REPLICAS', 'appended']));
  });

  it('on several partitions of one request adds them all at once', async () => {
    const mine = await kafka().createTopic({ partitions: 4 });
    const producer = await create();
    const partitions = await Promise.all(
      [0, 1, 2, 3].map(async (index) => ({ index, records: await producer.batch(0, ['x']) })),
    );
    const { responses } = await connection.request(apis.Produce, 12, {
      transactionalId: producer.transactionalId,
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: mine, partitionData: partitions }],
    });
    expect(responses[0]?.partitionResponses.map(({ errorCode }) => errorCode)).toEqual([0, 0, 0, 0]);
    await producer.finish(true);
  });

  it('keeps markers of partitions that were added and never written to', async () => {
    const mine = await newTopic();
    const producer = await create();
    await producer.addPartitions(mine, [0, 2]);
    await producer.finish(false);
    const { records, abortedTransactions, lastStableOffset } = await fetchCommitted(connection, mine, 0, 2);
    expect(decodeRecordBatchHeaders(records ?? Buffer.alloc(0))).toMatchObject([{ isControl: true, producerEpoch: 1 }]);
    expect([abortedTransactions, lastStableOffset]).toEqual([[], 1]);
  });
});
