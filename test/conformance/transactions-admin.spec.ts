import { apis, errorName } from 'kafka-wire';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { RawConnection } from '../support/raw-connection.js';
import { RawProducer } from '../support/raw-transactions.js';

describeOnEachKafka('what transactions are in', (kafka: () => TestKafka) => {
  let connection: RawConnection;
  let topic: string;

  beforeAll(async () => {
    connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
    topic = await kafka().createTopic({ partitions: 3 });
  });
  afterAll(() => connection.close());

  it('is told by DescribeTransactions, or that there is no such id', async () => {
    const nobody = Object.assign((await RawProducer.create(connection)).at(0), { transactionalId: 'nobody-knows' });
    expect(await nobody.describe()).toMatchObject({ errorCode: 105, transactionState: '', producerEpoch: 0 });
    nobody.transactionalId = '';
    expect(await nobody.describe()).toMatchObject({ errorCode: 42 });
  });

  it('is listed by state, producer id, duration and pattern', async () => {
    const producer = await RawProducer.create(connection);
    const { producerId, transactionalId } = producer;
    await producer.produce(topic, 0);
    const list = async (filters: object, version = 2) => {
      const body = await connection.request(apis.ListTransactions, version, {
        stateFilters: [],
        producerIdFilters: [producerId],
        ...filters,
      });
      return body.errorCode === 0
        ? body.transactionStates.map((one) => `${one.transactionalId} ${one.transactionState}`)
        : errorName(body.errorCode);
    };
    const found = [`${transactionalId} Ongoing`];
    expect(await list({}, 0)).toEqual(found);
    expect(await list({ stateFilters: ['Ongoing', 'Empty'] })).toEqual(found);
    expect(await list({ stateFilters: ['CompleteCommit'] })).toEqual([]);
    expect(await list({ stateFilters: ['Bogus', 'Empty'] })).toEqual([]);
    expect(await list({ durationFilter: 0 })).toEqual(found);
    expect(await list({ durationFilter: 600_000 }, 1)).toEqual([]);
    expect(await list({ transactionalIdPattern: 'txn-.*' })).toEqual(found);
    expect(await list({ transactionalIdPattern: 'txn-' })).toEqual([]);
    expect(await list({ transactionalIdPattern: '' })).toEqual(found);
    expect(await list({ transactionalIdPattern: '([' })).toBe('INVALID_REGULAR_EXPRESSION');
    await producer.finish(false);
    expect(await list({ stateFilters: ['CompleteAbort'] })).toEqual([`${transactionalId} CompleteAbort`]);
  });

  it('is listed for no filter that names no state', async () => {
    const { producerId } = await RawProducer.create(connection);
    const request = { stateFilters: ['Bogus'], producerIdFilters: [producerId] };
    const body = await connection.request(apis.ListTransactions, 0, request);
    expect(body.unknownStateFilters).toEqual(['Bogus']);
    expect(body.transactionStates).toEqual([]);
  });

  it('is told partition by partition by DescribeProducers', async () => {
    const mine = await kafka().createTopic({ partitions: 2 });
    const producer = await RawProducer.create(connection);
    const describe = async (partition = 0) => {
      const { topics } = await connection.request(apis.DescribeProducers, 0, {
        topics: [{ name: mine, partitionIndexes: [partition] }],
      });
      return topics[0]?.partitions[0];
    };
    expect(await describe()).toMatchObject({ errorCode: 0, activeProducers: [] });
    expect(await describe(7)).toMatchObject({ errorCode: 3 });
    await producer.produce(mine, 0, { values: ['a', 'b'] });
    const { producerId } = producer;
    expect((await describe())?.activeProducers).toMatchObject([
      { producerId, producerEpoch: 0, lastSequence: 1, coordinatorEpoch: -1, currentTxnStartOffset: 0 },
    ]);
    await producer.finish(true);
    expect((await describe())?.activeProducers).toMatchObject([
      { producerId, producerEpoch: 1, lastSequence: -1, currentTxnStartOffset: -1 },
    ]);
    expect((await describe())?.activeProducers[0]?.coordinatorEpoch).toBeGreaterThanOrEqual(0);
  });

  it.each([
    [0, 'INVALID_PRODUCER_EPOCH'],
    [1, 'INVALID_PRODUCER_EPOCH'],
    [2, 'PRODUCER_FENCED'],
    [3, 'PRODUCER_FENCED'],
  ] as const)('is joined with AddPartitionsToTxn v%i, under the current epoch only', async (version, error) => {
    const producer = await RawProducer.create(connection);
    expect(await producer.addPartitions(topic, [0, 1], version)).toEqual(['OK', 'OK']);
    expect(await producer.at(3).addPartitions(topic, [0], version)).toEqual([error]);
    expect(await producer.at(0, Buffer.alloc(8, 1)).addPartitions(topic, [0], version)).toEqual([
      'INVALID_PRODUCER_ID_MAPPING',
    ]);
    await producer.finish(false);
  });

  it('is joined by all partitions of a request or by none', async () => {
    const producer = await RawProducer.create(connection);
    expect(await producer.addPartitions(topic, [0, 2, 7])).toEqual([
      'OPERATION_NOT_ATTEMPTED',
      'OPERATION_NOT_ATTEMPTED',
      'UNKNOWN_TOPIC_OR_PARTITION',
    ]);
    expect(await producer.settled()).toBe('Empty@0');
  });

  it.each([4, 5])('can be joined and verified as brokers do it (AddPartitionsToTxn v%i)', async (version) => {
    const producer = await RawProducer.create(connection);
    const { transactionalId, producerId, epoch: producerEpoch } = producer;
    const ask = async (verifyOnly: boolean, partitions: number[]) => {
      const body = await connection.request(apis.AddPartitionsToTxn, version, {
        transactions: [
          { transactionalId, producerId, producerEpoch, verifyOnly, topics: [{ name: topic, partitions }] },
        ],
      });
      const results = body.resultsByTransaction[0]?.topicResults[0]?.resultsByPartition ?? [];
      return results.map(({ partitionErrorCode }) => errorName(partitionErrorCode));
    };
    expect(await ask(true, [0])).toEqual(['TRANSACTION_ABORTABLE']);
    expect(await ask(false, [0])).toEqual(['NONE']);
    expect(await ask(true, [0])).toEqual(['NONE']);
    await producer.finish(false);
  });

  it('is coordinated by a broker that FindCoordinator names', async () => {
    const { transactionalId } = await RawProducer.create(connection);
    for (const version of [1, 4, 6]) {
      const request = version < 4 ? { key: transactionalId } : { coordinatorKeys: [transactionalId] };
      const body = await connection.request(apis.FindCoordinator, version, { keyType: 1, ...request });
      expect(version < 4 ? body : body.coordinators[0]).toMatchObject({ errorCode: 0, host: '127.0.0.1' });
    }
  });

  it('is of level 2, as ApiVersions tells', async () => {
    const features = async (version: number) => {
      const names = { clientSoftwareName: 'test', clientSoftwareVersion: '1' };
      const { supportedFeatures, finalizedFeatures } = await connection.request(apis.ApiVersions, version, names);
      const isIt = ({ name }: { name: string }) => name === 'transaction.version';
      return { supported: supportedFeatures.find(isIt), finalized: finalizedFeatures.find(isIt) };
    };
    const finalized = { name: 'transaction.version', maxVersionLevel: 2, minVersionLevel: 2 };
    expect(await features(4)).toEqual({
      supported: { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
      finalized,
    });
    expect(await features(3)).toEqual({ supported: undefined, finalized });
    expect(await features(2)).toEqual({ supported: undefined, finalized: undefined });
  });
});
