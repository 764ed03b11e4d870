import { apis, errorName, type RequestInput } from 'kafka-wire';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { coordinatorIsLoaded, RawGroup } from '../support/raw-group.js';
import { subscription } from '../support/raw-member.js';
import { rawRequest } from '../support/raw-request.js';

describeOnEachKafka('offsets of a group', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';
  let group: RawGroup;
  let topic: string;
  let other: string;
  beforeAll(async () => {
    topic = await kafka().createTopic({ partitions: 2 });
    other = await kafka().createTopic();
    await coordinatorIsLoaded(address(), topic);
  });
  beforeEach(() => {
    group = new RawGroup(address());
  });
  afterEach(() => group.close());

  const at = (partitionIndex: number, committedOffset: number, more = {}) => ({
    partitionIndex,
    committedOffset,
    committedMetadata: '',
    ...more,
  });

  /** Topics by name, with error codes by partition, in the order of the answer. */
  async function commit(input: Partial<RequestInput<typeof apis.OffsetCommit>>, version = 8) {
    const answer = await rawRequest(address(), apis.OffsetCommit, version, { groupId: group.id, ...input });
    return answer.topics.map(({ name, partitions }) => [
      name,
      partitions.map(({ partitionIndex, errorCode }) => `${partitionIndex} ${errorName(errorCode)}`),
    ]);
  }

  async function committed(topics: { name: string; partitionIndexes: number[] }[] | null) {
    const answer = await rawRequest(address(), apis.OffsetFetch, 5, { groupId: group.id, topics });
    expect(answer.errorCode).toBe(0);
    return answer.topics
      .toSorted((one, next) => one.name.localeCompare(next.name))
      .map(({ name, partitions }) => ({
        name,
        partitions: partitions.toSorted((one, next) => one.partitionIndex - next.partitionIndex),
      }));
  }

  async function deleteOffsets(...names: string[]) {
    const answer = await rawRequest(address(), apis.OffsetDelete, 0, {
      groupId: group.id,
      topics: names.map((name) => ({ name, partitions: [{ partitionIndex: 0 }, { partitionIndex: 9 }] })),
    });
    return [
      errorName(answer.errorCode),
      ...answer.topics.map(({ name, partitions }) => [
        name,
        partitions.map(({ partitionIndex, errorCode }) => `${partitionIndex} ${errorName(errorCode)}`),
      ]),
    ];
  }

  const none = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 };

  it('takes commits without a generation while it has no members, and is listed then', async () => {
    expect(await commit({ topics: [{ name: topic, partitions: [at(0, 5), at(1, 6)] }] })).toEqual([
      [topic, ['0 NONE', '1 NONE']],
    ]);
    expect(await group.describe()).toMatchObject({ groupState: 'Empty', protocolType: '' });
  });

  it('refuses them with UNKNOWN_MEMBER_ID while it has members', async () => {
    await group.stable(1);
    expect(await commit({ topics: [{ name: topic, partitions: [at(0, 5)] }] })).toEqual([
      [topic, ['0 UNKNOWN_MEMBER_ID']],
    ]);
  });

  it('takes commits without a generation again when its members have left', async () => {
    const [member] = await group.stable(1);
    await member.leave();
    expect(await commit({ topics: [{ name: topic, partitions: [at(0, 5)] }] })).toEqual([[topic, ['0 NONE']]]);
    const claims = { memberId: member.memberId, generationIdOrMemberEpoch: member.generationId };
    expect(await commit({ ...claims, topics: [{ name: topic, partitions: [at(0, 5)] }] })).toEqual([
      [topic, ['0 UNKNOWN_MEMBER_ID']],
    ]);
  });

  it.each([
    [8, 'ILLEGAL_GENERATION'],
    [9, 'GROUP_ID_NOT_FOUND'],
  ])('says in version %i of a group nobody has heard of: %s', async (version, code) => {
    const topics = [{ name: topic, partitions: [at(0, 5)] }];
    expect(await commit({ generationIdOrMemberEpoch: 1, memberId: 'x', topics }, version)).toEqual([
      [topic, [`0 ${code}`]],
    ]);
  });

  it('answers for partitions that are not there first, and takes the others', async () => {
    const topics = [
      { name: topic, partitions: [at(0, 5), at(9, 6)] },
      { name: 'nowhere', partitions: [at(0, 1)] },
      { name: other, partitions: [at(0, 7)] },
    ];
    expect(await commit({ topics })).toEqual([
      [topic, ['9 UNKNOWN_TOPIC_OR_PARTITION', '0 NONE']],
      ['nowhere', ['0 UNKNOWN_TOPIC_OR_PARTITION']],
      [other, ['0 NONE']],
    ]);
  });

  it('counts the characters of metadata, not its bytes, and keeps none as an empty text', async () => {
    const partitions = [at(0, 5, { committedMetadata: 'é'.repeat(4096) }), at(1, 6, { committedMetadata: null })];
    expect(await commit({ topics: [{ name: topic, partitions }] })).toEqual([[topic, ['0 NONE', '1 NONE']]]);
    const tooLong = at(0, 9, { committedMetadata: 'é'.repeat(4097) });
    expect(await commit({ topics: [{ name: topic, partitions: [tooLong] }] })).toEqual([
      [topic, ['0 OFFSET_METADATA_TOO_LARGE']],
    ]);
    const [found] = await committed([{ name: topic, partitionIndexes: [0, 1] }]);
    expect(found?.partitions.map(({ metadata }) => metadata)).toEqual(['é'.repeat(4096), '']);
  });

  it('returns all it has committed when asked for no topic in particular', async () => {
    await commit({
      topics: [{ name: topic, partitions: [at(0, 5, { committedLeaderEpoch: 3, committedMetadata: 'm' }), at(1, 6)] }],
    });
    await commit({ topics: [{ name: other, partitions: [at(0, 7)] }] });
    await commit({ topics: [{ name: topic, partitions: [at(1, 8)] }] });
    const expected = [
      {
        name: topic,
        partitions: [
          { ...none, partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 3, metadata: 'm' },
          { ...none, partitionIndex: 1, committedOffset: 8 },
        ],
      },
      { name: other, partitions: [{ ...none, partitionIndex: 0, committedOffset: 7 }] },
    ].toSorted((one, next) => one.name.localeCompare(next.name));
    expect(await committed(null)).toEqual(expected);
    expect(await committed([])).toEqual([]);
  });

  it('answers for what it has not committed with -1, for a topic that is not there too', async () => {
    const asked = [
      { name: 'nowhere', partitionIndexes: [0] },
      { name: topic, partitionIndexes: [0, 9] },
    ];
    const expected = [
      { name: 'nowhere', partitions: [{ ...none, partitionIndex: 0 }] },
      {
        name: topic,
        partitions: [
          { ...none, partitionIndex: 0 },
          { ...none, partitionIndex: 9 },
        ],
      },
    ];
    expect(await committed(asked)).toEqual(expected);
    await commit({ topics: [{ name: other, partitions: [at(0, 5)] }] });
    expect(await committed(asked)).toEqual(expected);
  });

  it('keeps offsets under the empty name', async () => {
    const topics = [{ name: topic, partitions: [at(0, 11)] }];
    expect(await commit({ groupId: '', topics })).toEqual([[topic, ['0 NONE']]]);
    const answer = await rawRequest(address(), apis.OffsetFetch, 8, {
      groups: [{ groupId: '', topics: [{ name: topic, partitionIndexes: [0] }] }],
    });
    expect(answer.groups[0]?.topics[0]?.partitions[0]).toMatchObject({ committedOffset: 11, errorCode: 0 });
  });

  it('deletes offsets of a group without members', async () => {
    await commit({
      topics: [
        { name: topic, partitions: [at(0, 5)] },
        { name: other, partitions: [at(0, 6)] },
      ],
    });
    expect(await deleteOffsets(topic, 'nowhere')).toEqual([
      'NONE',
      [topic, ['9 UNKNOWN_TOPIC_OR_PARTITION', '0 NONE']],
      ['nowhere', ['0 UNKNOWN_TOPIC_OR_PARTITION', '9 UNKNOWN_TOPIC_OR_PARTITION']],
    ]);
    expect(await committed(null)).toMatchObject([{ name: other }]);
  });

  it('deletes no offsets of a topic that its members read', async () => {
    const member = await group.newMember();
    await member.getIn({ protocols: [{ name: 'range', metadata: subscription(topic) }] });
    expect(await deleteOffsets(topic, other)).toEqual([
      'NONE',
      [topic, ['9 UNKNOWN_TOPIC_OR_PARTITION', '0 GROUP_SUBSCRIBED_TO_TOPIC']],
      [other, ['9 UNKNOWN_TOPIC_OR_PARTITION', '0 NONE']],
    ]);
  });

  it('deletes none at all when consumers do not tell what they read, or the members are no consumers', async () => {
    await (await group.newMember()).getIn({ protocols: [{ name: 'range', metadata: Buffer.from('?') }] });
    expect(await deleteOffsets(other)).toEqual([
      'NONE',
      [other, ['9 UNKNOWN_TOPIC_OR_PARTITION', '0 GROUP_SUBSCRIBED_TO_TOPIC']],
    ]);
    group.close();
    group = new RawGroup(address());
    await (await group.newMember()).getIn({ protocolType: 'connect' });
    expect(await deleteOffsets(other)).toEqual(['NON_EMPTY_GROUP']);
  });

  it('says of a group nobody has heard of that it is not there, and of the empty name that it is none', async () => {
    expect(await deleteOffsets(topic)).toEqual(['GROUP_ID_NOT_FOUND']);
    const unnamed = await rawRequest(address(), apis.OffsetDelete, 0, { groupId: '', topics: [] });
    expect(errorName(unnamed.errorCode)).toBe('INVALID_GROUP_ID');
  });
});
