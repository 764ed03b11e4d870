import { apis, errorName } from 'kafka-wire';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { batchOf, someRecords } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { contentOf, fetchOf, type PartitionToFetch } from '../support/fetched-partition.js';
import { produceRaw } from '../support/produced-partition.js';
import { RawConnection } from '../support/raw-connection.js';
import { rawRequest } from '../support/raw-request.js';

describeOnEachKafka('fetch sessions', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';
  let connection: RawConnection;
  let topic: string;
  let topicId: string;
  beforeEach(async () => {
    connection = await RawConnection.open(address());
    topic = await kafka().createTopic({ partitions: 3 });
    const { topics } = await rawRequest(address(), apis.Metadata, 12, { topics: [{ name: topic }] });
    topicId = topics[0]?.topicId ?? '';
  });
  afterEach(() => connection.close());

  const produce = async (index: number, count = 1) =>
    produceRaw(address(), { topic, records: await batchOf(someRecords(count)), index });
  const three: PartitionToFetch[] = [{ partition: 0 }, { partition: 1 }, { partition: 2 }];
  const fetch = (
    sessionId: number,
    sessionEpoch: number,
    partitions: PartitionToFetch[] = [],
    rest: object = {},
    version = 13,
  ) => {
    const named = version < 13 ? { topic } : { topicId };
    const input = fetchOf(named, partitions, { sessionId, sessionEpoch, ...rest });
    return connection.request(apis.Fetch, version, partitions.length === 0 ? { ...input, topics: [] } : input);
  };

  it('begin with a full answer and go on with what is new', async () => {
    const first = await fetch(0, 0, three);
    expect(first.sessionId).toBeGreaterThan(0);
    expect(contentOf(first)).toEqual([
      [0, []],
      [1, []],
      [2, []],
    ]);
    const second = await fetch(first.sessionId, 1);
    expect([second.sessionId, contentOf(second)]).toEqual([first.sessionId, []]);
    await produce(1);
    const third = await fetch(first.sessionId, 2);
    expect(contentOf(third)).toEqual([[1, [0]]]);
    // Not asked to read on: the same is told again.
    expect(contentOf(await fetch(first.sessionId, 3))).toEqual([[1, [0]]]);
    expect(contentOf(await fetch(first.sessionId, 4, [{ partition: 1, fetchOffset: 1 }]))).toEqual([]);
  });

  it('take partitions in and leave them out', async () => {
    await produce(0);
    await produce(2);
    const { sessionId } = await fetch(0, 0, [{ partition: 0 }]);
    const both = contentOf(await fetch(sessionId, 1, [{ partition: 2 }]));
    expect(new Map(both)).toEqual(
      new Map([
        [0, [0]],
        [2, [0]],
      ]),
    );
    const forgottenTopicsData = [{ topicId, partitions: [0] }];
    expect(contentOf(await fetch(sessionId, 2, [], { forgottenTopicsData }))).toEqual([[2, [0]]]);
  });

  it('end when nothing is wanted any more, or with the last epoch', async () => {
    const one = await fetch(0, 0, [{ partition: 0 }]);
    const emptied = await fetch(one.sessionId, 1, [], { forgottenTopicsData: [{ topicId, partitions: [0] }] });
    expect([emptied.errorCode, emptied.sessionId, contentOf(emptied)]).toEqual([0, 0, []]);
    expect(errorName((await fetch(one.sessionId, 2)).errorCode)).toBe('FETCH_SESSION_ID_NOT_FOUND');
    const other = await fetch(0, 0, [{ partition: 0 }]);
    expect((await fetch(other.sessionId, -1, [{ partition: 0 }])).sessionId).toBe(0);
    expect(errorName((await fetch(other.sessionId, 1)).errorCode)).toBe('FETCH_SESSION_ID_NOT_FOUND');
  });

  it('refuse an epoch that is not the next one, and stay', async () => {
    const { sessionId } = await fetch(0, 0, three);
    expect(errorName((await fetch(sessionId, 2)).errorCode)).toBe('INVALID_FETCH_SESSION_EPOCH');
    expect(errorName((await fetch(sessionId, 1)).errorCode)).toBe('NONE');
    expect(errorName((await fetch(sessionId, 1)).errorCode)).toBe('INVALID_FETCH_SESSION_EPOCH');
    expect(errorName((await fetch(sessionId, 2)).errorCode)).toBe('NONE');
  });

  it('refuse to go over from names to ids', async () => {
    const { sessionId } = await fetch(0, 0, three, {}, 12);
    expect(errorName((await fetch(sessionId, 1)).errorCode)).toBe('FETCH_SESSION_TOPIC_ID_ERROR');
  });

  it('tell of a partition that is wrong as long as it is', async () => {
    const { sessionId } = await fetch(0, 0, [{ partition: 0, fetchOffset: 9 }]);
    expect(contentOf(await fetch(sessionId, 1))).toEqual([[0, 'OFFSET_OUT_OF_RANGE']]);
    expect(contentOf(await fetch(sessionId, 2))).toEqual([[0, 'OFFSET_OUT_OF_RANGE']]);
  });

  it('tell of a high watermark and of a beginning that moved', async () => {
    await produce(0, 3);
    const { sessionId } = await fetch(0, 0, [{ partition: 0, fetchOffset: 3 }]);
    expect(contentOf(await fetch(sessionId, 1))).toEqual([]);
    const topics = [{ name: topic, partitions: [{ partitionIndex: 0, offset: 2 }] }];
    await rawRequest(address(), apis.DeleteRecords, 2, { topics, timeoutMs: 5000 });
    const moved = await fetch(sessionId, 2);
    expect(moved.responses[0]?.partitions[0]).toMatchObject({ partitionIndex: 0, logStartOffset: 2, highWatermark: 3 });
  });

  it('may be begun again with an id that is still in use', async () => {
    const { sessionId } = await fetch(0, 0, three);
    const again = await fetch(sessionId, 0, three);
    expect(again.sessionId === 0 || again.sessionId !== sessionId).toBe(true);
    expect(errorName((await fetch(sessionId, 1)).errorCode)).toBe('FETCH_SESSION_ID_NOT_FOUND');
  });
});
