import { apis } from 'kafka-wire';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { fetchOf } from '../support/fetched-partition.js';
import { RawConnection } from '../support/raw-connection.js';
import { RawProducer } from '../support/raw-transactions.js';

const LATEST = -1;

describeOnEachKafka('Records of transactions that are deleted', (kafka: () => TestKafka) => {
  let connection: RawConnection;
  let topic: string;
  beforeAll(async () => {
    connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
  });
  beforeEach(async () => {
    topic = await kafka().createTopic({ partitions: 1 });
  });
  afterAll(() => connection.close());

  const deleteBefore = async (offset: number) => {
    const partitions = [{ partitionIndex: 0, offset }];
    const { topics } = await connection.request(apis.DeleteRecords, 2, {
      topics: [{ name: topic, partitions }],
      timeoutMs: 10_000,
    });
    return topics[0]?.partitions[0]?.lowWatermark;
  };
  const latest = async (isolationLevel: 0 | 1) => {
    const { topics } = await connection.request(apis.ListOffsets, 7, {
      replicaId: -1,
      isolationLevel,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: LATEST }] }],
    });
    return topics[0]?.partitions[0]?.offset;
  };
  const fetched = async (fetchOffset: number) => {
    const request = fetchOf({ topic }, [{ fetchOffset }], { isolationLevel: 1 });
    const partition = (await connection.request(apis.Fetch, 11, request)).responses[0]?.partitions[0];
    return {
      stable: partition?.lastStableOffset,
      start: partition?.logStartOffset,
      aborted: partition?.abortedTransactions?.length,
    };
  };

  it('leave the last stable offset where the transaction began', async () => {
    const producer = await RawProducer.create(connection);
    expect(await producer.produce(topic, 0, { values: ['a', 'b', 'c'] })).toBe(0);
    expect(await latest(1)).toBe(0);
    expect(await deleteBefore(2)).toBe(2);
    expect([await latest(1), await latest(0)]).toEqual([0, 3]);
    expect(await fetched(2)).toEqual({ stable: 0, start: 2, aborted: 0 });
    await producer.finish(false);
    expect([await latest(1), await fetched(2)]).toEqual([4, { stable: 4, start: 2, aborted: 1 }]);
  });

  it('do not keep a transaction of a deleted topic from ending', async () => {
    const producer = await RawProducer.create(connection);
    const other = await kafka().createTopic({ partitions: 1 });
    await producer.produce(topic, 0);
    await producer.produce(other, 0);
    await connection.request(apis.DeleteTopics, 5, { topicNames: [topic], timeoutMs: 10_000 });
    await producer.finish(true);
    expect(await producer.settled()).toMatch(/^CompleteCommit/);
  });
});

describeOnEachKafka('A fetch of one topic that is not there', (kafka: () => TestKafka) => {
  it('waits for the records of the others', async () => {
    const connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
    const topic = await kafka().createTopic({ partitions: 1 });
    const fetch = async (...names: string[]) => {
      const topics = names.flatMap((name) => fetchOf({ topic: name }).topics ?? []);
      const startedAt = performance.now();
      await connection.request(apis.Fetch, 11, { maxWaitMs: 500, minBytes: 1, topics });
      return performance.now() - startedAt >= 400;
    };
    expect(await fetch('no-such-topic')).toBe(false);
    expect(await fetch('no-such-topic', topic)).toBe(true);
    connection.close();
  });
});
