import { apis, errorName } from 'kafka-wire';
import { beforeAll, expect, it } from 'vitest';

import { batchOf, someRecords } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { contentOf, fetchOf } from '../support/fetched-partition.js';
import { produceRaw } from '../support/produced-partition.js';
import { rawRequest } from '../support/raw-request.js';

const START = Date.now();
const VERSIONS = [1, 4, 6, 7, 8, 9, 10, 11];
const UNSUPPORTED = 'UNSUPPORTED_VERSION';

/**
 * What is asked for, since which version, and the answer `[offset, time after START]`. There are batches of two records, a millisecond apart,
 * from 100, 300, 200 and 300 ms after START.
 */
const ASKED: Readonly<Record<string, readonly [timestamp: number, since: number, answer: readonly [number, number]]>> =
  {
    'the end': [-1, 1, [8, -1]],
    'the beginning': [-2, 1, [0, -1]],
    'the record of the largest time': [-3, 7, [3, 301]],
    'the beginning on local disks': [-4, 8, [0, -1]],
    'the end on remote disks': [-5, 9, [-1, -1]],
    'the beginning of what is to go to remote disks': [-6, 11, [-1, -1]],
    'what nobody defined': [-7, 99, [-1, -1]],
    'the beginning of time': [0, 1, [0, 100]],
    'a time between records': [START + 150, 1, [2, 300]],
    'the time of a record': [START + 301, 1, [3, 301]],
    'a time after all records': [START + 302, 1, [-1, -1]],
  };

describeOnEachKafka('offsets of a log', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';
  let topic: string;

  beforeAll(async () => {
    topic = await filled([100, 300, 200, 300]);
  });

  async function filled(times: readonly number[]): Promise<string> {
    const name = await kafka().createTopic();
    for (const time of times) {
      const records = await batchOf([0, 1].map((later) => ({ value: 'x', timestamp: START + time + later })));
      await produceRaw(address(), { topic: name, records });
    }
    return name;
  }
  async function offset(name: string, timestamp: number, version = 11, rest: object = {}) {
    const partitions = [{ partitionIndex: 0, timestamp, ...rest }];
    const input = { replicaId: -1, isolationLevel: 0, timeoutMs: 1000, topics: [{ name, partitions }] };
    const answer = await rawRequest(address(), apis.ListOffsets, version, input);
    return answer.topics[0]?.partitions[0];
  }
  async function deleteBefore(name: string, before: number, version = 2, partitionIndex = 0) {
    const topics = [{ name, partitions: [{ partitionIndex, offset: before }] }];
    const answer = await rawRequest(address(), apis.DeleteRecords, version, { topics, timeoutMs: 5000 });
    const partition = answer.topics[0]?.partitions[0];
    return [errorName(partition?.errorCode ?? 0), partition?.lowWatermark];
  }

  it.each(Object.entries(ASKED))('at %s', async (_name, [timestamp, since, [expected, time]]) => {
    for (const version of VERSIONS) {
      const found = await offset(topic, timestamp, version);
      const isServed = version >= since;
      expect([version, errorName(found?.errorCode ?? 0), found?.offset, found?.timestamp]).toEqual([
        version,
        isServed ? 'NONE' : UNSUPPORTED,
        isServed ? expected : -1,
        isServed && time >= 0 ? START + time : -1,
      ]);
      expect(found?.leaderEpoch).toBe(isServed && expected >= 0 && version >= 4 ? 0 : -1);
    }
  });

  it('of an empty log are its ends, and none of a time', async () => {
    const empty = await kafka().createTopic();
    const found = await Promise.all([-1, -2, -3, -4, 0].map((timestamp) => offset(empty, timestamp)));
    expect(found.map((one) => [one?.offset, one?.leaderEpoch])).toEqual([
      [0, 0],
      [0, 0],
      [-1, -1],
      [0, 0],
      [-1, -1],
    ]);
  });

  it('are not told by the leader of another epoch, nor of a partition asked for twice', async () => {
    expect(errorName((await offset(topic, -1, 9, { currentLeaderEpoch: 7 }))?.errorCode ?? 0)).toBe(
      'UNKNOWN_LEADER_EPOCH',
    );
    const partitions = [-1, -2].map((timestamp) => ({ partitionIndex: 0, timestamp }));
    const twice = await rawRequest(address(), apis.ListOffsets, 7, {
      replicaId: -1,
      topics: [{ name: topic, partitions }],
    });
    expect(twice.topics[0]?.partitions.map(({ errorCode }) => errorName(errorCode))).toEqual(['INVALID_REQUEST']);
  });

  it.each([
    ['that is not there', -1, -1, -1],
    ['that is the current one', 0, 0, 8],
    ['that is yet to come', 1, -1, -1],
  ])('end of an epoch %s', async (_name, leaderEpoch, epoch, endOffset) => {
    const topics = [{ topic, partitions: [{ partition: 0, leaderEpoch }] }];
    const answer = await rawRequest(address(), apis.OffsetForLeaderEpoch, 4, { replicaId: -1, topics });
    expect(answer.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, leaderEpoch: epoch, endOffset });
  });

  it('begin later when records are deleted, never earlier', async () => {
    const name = await filled([1, 2, 3]);
    const answers: unknown[] = [];
    for (const before of [3, 3, 1, 99, -2, -1]) answers.push(await deleteBefore(name, before));
    expect(answers).toEqual([
      ['NONE', 3],
      ['NONE', 3],
      ['NONE', 3],
      ['OFFSET_OUT_OF_RANGE', -1],
      ['OFFSET_OUT_OF_RANGE', -1],
      ['NONE', 6],
    ]);
    const [end, beginning] = [await offset(name, -1), await offset(name, -2)];
    expect([end?.offset, beginning?.offset]).toEqual([6, 6]);
  });

  it.each([0, 1, 2])('move with DeleteRecords version %i', async (version) => {
    expect(await deleteBefore(await filled([1]), 1, version)).toEqual(['NONE', 1]);
  });

  it('before the beginning are out of range, and a batch the beginning is in is given whole', async () => {
    const name = await filled([1, 2, 3]);
    await deleteBefore(name, 3);
    const content = async (fetchOffset: number) =>
      contentOf(await rawRequest(address(), apis.Fetch, 11, fetchOf({ topic: name }, [{ fetchOffset }])))[0]?.[1];
    expect([await content(2), await content(3)]).toEqual(['OFFSET_OUT_OF_RANGE', [2, 4]]);
    expect((await offset(name, 0))?.offset).toBe(3);
  });

  it('do not move where nothing is, and not in a topic that is only compacted', async () => {
    expect(await deleteBefore(`${topic}-missing`, 1)).toEqual(['UNKNOWN_TOPIC_OR_PARTITION', -1]);
    expect(await deleteBefore(topic, 1, 2, 9)).toEqual(['UNKNOWN_TOPIC_OR_PARTITION', -1]);
    const compacted = await kafka().createTopic({ configs: { 'cleanup.policy': 'compact' } });
    expect(await deleteBefore(compacted, 0)).toEqual(['POLICY_VIOLATION', -1]);
    const both = await kafka().createTopic({ configs: { 'cleanup.policy': 'compact,delete' } });
    expect(await deleteBefore(both, 0)).toEqual(['NONE', 0]);
  });

  it('go on after records were deleted', async () => {
    const name = await filled([1]);
    await deleteBefore(name, -1);
    expect((await produceRaw(address(), { topic: name, records: await batchOf(someRecords(1)) })).baseOffset).toBe(2);
  });
});
