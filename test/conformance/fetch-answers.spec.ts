import { apis, errorName } from 'kafka-wire';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { batchOf, someRecords } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { contentOf, fetchOf, type PartitionToFetch } from '../support/fetched-partition.js';
import { produceRaw } from '../support/produced-partition.js';
import { RawConnection } from '../support/raw-connection.js';
import { rawRequest } from '../support/raw-request.js';

const NOBODY = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** What is asked of a partition with three batches of two records, and the answer. */
const PARTITIONS: Readonly<Record<string, readonly [asked: PartitionToFetch, answer: string | number[]]>> = {
  'from the beginning': [{ fetchOffset: 0 }, [0, 2, 4]],
  'from inside a batch': [{ fetchOffset: 3 }, [2, 4]],
  'from the end': [{ fetchOffset: 6 }, []],
  'from beyond the end': [{ fetchOffset: 7 }, 'OFFSET_OUT_OF_RANGE'],
  'from before the beginning': [{ fetchOffset: -1 }, 'OFFSET_OUT_OF_RANGE'],
  'of a partition that is not there': [{ partition: 9 }, 'UNKNOWN_TOPIC_OR_PARTITION'],
  'from the leader of this epoch': [{ currentLeaderEpoch: 0 }, [0, 2, 4]],
  'from the leader of a later epoch': [{ currentLeaderEpoch: 7 }, 'UNKNOWN_LEADER_EPOCH'],
  'after records of this epoch': [{ fetchOffset: 2, lastFetchedEpoch: 0 }, [2, 4]],
  'after records of an epoch nobody knows': [{ fetchOffset: 2, lastFetchedEpoch: 3 }, 'OFFSET_OUT_OF_RANGE'],
  'a byte at most': [{ partitionMaxBytes: 1 }, [0]],
  'no byte at all': [{ partitionMaxBytes: 0 }, [0]],
};

describeOnEachKafka('answers to fetch', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';
  let connection: RawConnection;
  beforeEach(async () => {
    connection = await RawConnection.open(address());
  });
  afterEach(() => connection.close());

  async function filled(partitions = 1): Promise<{ topic: string; topicId: string; batchBytes: number }> {
    const topic = await kafka().createTopic({ partitions });
    const records = await batchOf(someRecords(2));
    for (let index = 0; index < partitions; index++) {
      for (let count = 0; count < 3; count++) await produceRaw(address(), { topic, records, index });
    }
    const { topics } = await rawRequest(address(), apis.Metadata, 12, { topics: [{ name: topic }] });
    return { topic, topicId: topics[0]?.topicId ?? '', batchBytes: records.length };
  }

  it.each(
    Object.entries(PARTITIONS).flatMap(([name, [asked, answer]]) =>
      [12, 13, 17].map((version) => [name, version, asked, answer] as const),
    ),
  )('%s, version %i', async (_name, version, asked, answer) => {
    const { topic, topicId } = await filled();
    const body = await connection.request(
      apis.Fetch,
      version,
      fetchOf(version < 13 ? { topic } : { topicId }, [asked]),
    );
    expect(contentOf(body)).toEqual([[asked.partition ?? 0, answer]]);
  });

  it('name offsets when there is no error, and none when there is', async () => {
    const { topic } = await filled();
    const body = await connection.request(
      apis.Fetch,
      11,
      fetchOf({ topic }, [{ fetchOffset: 1 }, { fetchOffset: 99, partition: 5 }]),
    );
    expect(body.responses[0]?.partitions).toMatchObject([
      { highWatermark: 6, lastStableOffset: 6, logStartOffset: 0, abortedTransactions: null },
      { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, abortedTransactions: [] },
    ]);
  });

  it('tell a consumer of another log where they part', async () => {
    const { topicId } = await filled();
    const body = await connection.request(
      apis.Fetch,
      13,
      fetchOf({ topicId }, [{ fetchOffset: 99, lastFetchedEpoch: 0 }]),
    );
    expect(body.responses[0]?.partitions[0]).toMatchObject({
      errorCode: 0,
      divergingEpoch: { epoch: 0, endOffset: 6 },
    });
  });

  it('about ids nobody has are UNKNOWN_TOPIC_ID', async () => {
    expect(contentOf(await connection.request(apis.Fetch, 13, fetchOf({ topicId: NOBODY })))).toEqual([
      [0, 'UNKNOWN_TOPIC_ID'],
    ]);
  });

  it('about the id of a topic that was deleted and made again are UNKNOWN_TOPIC_ID', async () => {
    const { topic, topicId } = await filled();
    await rawRequest(address(), apis.DeleteTopics, 5, { topicNames: [topic], timeoutMs: 5000 });
    const fetch = () => connection.request(apis.Fetch, 13, fetchOf({ topicId }));
    await expect.poll(async () => contentOf(await fetch())).toEqual([[0, 'UNKNOWN_TOPIC_ID']]);
    await kafka().createTopic({ name: topic });
    expect(contentOf(await fetch())).toEqual([[0, 'UNKNOWN_TOPIC_ID']]);
    expect(contentOf(await connection.request(apis.Fetch, 12, fetchOf({ topic })))).toEqual([[0, []]]);
  });

  it('are cut off at the byte limit of a partition, in the middle of a batch', async () => {
    const { topic, batchBytes } = await filled();
    const partitionMaxBytes = batchBytes + 20;
    const body = await connection.request(apis.Fetch, 11, fetchOf({ topic }, [{ partitionMaxBytes }]));
    expect([body.responses[0]?.partitions[0]?.records?.length, contentOf(body)]).toEqual([
      partitionMaxBytes,
      [[0, [0]]],
    ]);
  });

  it('fill the byte limit of the request partition by partition, the first with one batch at least', async () => {
    const { topic, batchBytes } = await filled(3);
    const partitions = [{ partition: 0 }, { partition: 1 }, { partition: 2 }];
    const sizes = async (maxBytes: number) => {
      const body = await connection.request(apis.Fetch, 11, fetchOf({ topic }, partitions, { maxBytes }));
      return body.responses[0]?.partitions.map(({ records }) => records?.length ?? 0);
    };
    expect(await sizes(0)).toEqual([batchBytes, 0, 0]);
    expect(await sizes(batchBytes * 3 + batchBytes * 2)).toEqual([batchBytes * 3, batchBytes * 2, 0]);
    expect(await sizes(batchBytes * 3 + 20)).toEqual([batchBytes * 3, 0, 0]);
  });

  it('wait for as many bytes as the client wants, and no longer than it wants', async () => {
    const { topic, batchBytes } = await filled();
    const wait = { maxWaitMs: 30_000, minBytes: batchBytes * 4 };
    const waiting = connection.request(apis.Fetch, 11, fetchOf({ topic }, [{}], wait));
    await produceRaw(address(), { topic, records: await batchOf(someRecords(2)) });
    expect(contentOf(await waiting)).toEqual([[0, [0, 2, 4, 6]]]);
    const short = { maxWaitMs: 50, minBytes: 1_000_000 };
    expect(contentOf(await connection.request(apis.Fetch, 11, fetchOf({ topic }, [{}], short)))).toEqual([
      [0, [0, 2, 4, 6]],
    ]);
  });

  it('do not wait when one of the partitions is wrong, or none is asked for', async () => {
    const topic = await kafka().createTopic();
    const wait = { maxWaitMs: 30_000, minBytes: 1 };
    const wrong = await connection.request(apis.Fetch, 11, fetchOf({ topic }, [{}, { partition: 9 }], wait));
    expect(new Map(contentOf(wrong))).toEqual(
      new Map<number, string | number[]>([
        [0, []],
        [9, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ]),
    );
    expect(errorName((await connection.request(apis.Fetch, 11, { ...wait, topics: [] })).errorCode)).toBe('NONE');
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'are in the compression of the producer also in old versions: %s',
    async (type) => {
      const topic = await kafka().createTopic();
      const records = await batchOf(someRecords(20), type);
      await produceRaw(address(), { topic, records });
      const body = await connection.request(apis.Fetch, 4, fetchOf({ topic }));
      expect(body.responses[0]?.partitions[0]?.records?.subarray(61)).toEqual(records.subarray(61));
    },
  );
});
