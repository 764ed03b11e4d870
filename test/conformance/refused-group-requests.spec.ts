import { apis } from 'kafka-wire';
import { beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { coordinatorIsLoaded } from '../support/raw-group.js';
import { errorsIn, refused, type RefusedRequest } from '../support/refused-request.js';

const SESSION = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000 };
const PROTOCOLS = { protocolType: 'consumer', protocols: [{ name: 'range', metadata: Buffer.from('x') }] };
const commitOf = (topic: string, partition = {}) => ({
  topics: [
    { name: topic, partitions: [{ partitionIndex: 0, committedOffset: 3, committedMetadata: '', ...partition }] },
  ],
});

const REFUSED: Readonly<Record<string, RefusedRequest>> = {
  'joining without an id': refused(
    apis.JoinGroup,
    5,
    (_topic, groupId) => ({ groupId, ...SESSION, ...PROTOCOLS }),
    'MEMBER_ID_REQUIRED',
  ),
  'joining with an id nobody has': refused(
    apis.JoinGroup,
    5,
    (_topic, groupId) => ({ groupId, memberId: 'nobody', ...SESSION, ...PROTOCOLS }),
    'UNKNOWN_MEMBER_ID',
  ),
  'joining with too short a session': refused(
    apis.JoinGroup,
    5,
    (_topic, groupId) => ({ groupId, ...SESSION, ...PROTOCOLS, sessionTimeoutMs: 1 }),
    'INVALID_SESSION_TIMEOUT',
  ),
  'joining without a protocol': refused(
    apis.JoinGroup,
    5,
    (_topic, groupId) => ({ groupId, ...SESSION, protocolType: 'consumer' }),
    'INCONSISTENT_GROUP_PROTOCOL',
  ),
  'joining a group without a name': refused(
    apis.JoinGroup,
    5,
    () => ({ ...SESSION, ...PROTOCOLS }),
    'INVALID_GROUP_ID',
  ),
  'a heartbeat of nobody': refused(
    apis.Heartbeat,
    3,
    (_topic, groupId) => ({ groupId, memberId: 'nobody', generationId: 1 }),
    'UNKNOWN_MEMBER_ID',
  ),
  'a sync of nobody': refused(
    apis.SyncGroup,
    3,
    (_topic, groupId) => ({ groupId, memberId: 'nobody', generationId: 1 }),
    'UNKNOWN_MEMBER_ID',
  ),
  'nobody leaving': refused(
    apis.LeaveGroup,
    3,
    (_topic, groupId) => ({ groupId, members: [{ memberId: 'nobody' }] }),
    'NONE',
    'UNKNOWN_MEMBER_ID',
  ),
  'nobody leaving, as of old': refused(
    apis.LeaveGroup,
    2,
    (_topic, groupId) => ({ groupId, memberId: 'nobody' }),
    'UNKNOWN_MEMBER_ID',
  ),
  'a commit in a generation that never was': refused(
    apis.OffsetCommit,
    7,
    (topic, groupId) => ({
      groupId: `${groupId}-new`,
      generationIdOrMemberEpoch: 4,
      memberId: 'x',
      ...commitOf(topic),
    }),
    'ILLEGAL_GENERATION',
  ),
  'a commit of no member, which a group without members takes': refused(
    apis.OffsetCommit,
    7,
    (topic, groupId) => ({ groupId, ...commitOf(topic) }),
    'NONE',
  ),
  'a commit for a partition that is not there': refused(
    apis.OffsetCommit,
    7,
    (topic, groupId) => ({ groupId, ...commitOf(topic, { partitionIndex: 9 }) }),
    'UNKNOWN_TOPIC_OR_PARTITION',
  ),
  'a commit with too much metadata': refused(
    apis.OffsetCommit,
    7,
    (topic, groupId) => ({ groupId, ...commitOf(topic, { committedMetadata: 'x'.repeat(4097) }) }),
    'OFFSET_METADATA_TOO_LARGE',
  ),
  'the offset of a partition that has none, which is no error': refused(
    apis.OffsetFetch,
    7,
    (topic, groupId) => ({ groupId: `${groupId}-new`, topics: [{ name: topic, partitionIndexes: [0] }] }),
    'NONE',
    'NONE',
  ),
  'a description of no group, as of old': refused(
    apis.DescribeGroups,
    5,
    (_topic, groupId) => ({ groups: [`${groupId}-new`] }),
    'NONE',
  ),
  'a description of no group': refused(
    apis.DescribeGroups,
    6,
    (_topic, groupId) => ({ groups: [`${groupId}-new`] }),
    'GROUP_ID_NOT_FOUND',
  ),
  'deleting no group': refused(
    apis.DeleteGroups,
    2,
    (_topic, groupId) => ({ groupsNames: [`${groupId}-new`] }),
    'GROUP_ID_NOT_FOUND',
  ),
};

describeOnEachKafka('requests about groups that are refused', (kafka) => {
  let topic: string;
  const address = () => kafka().bootstrap.at(0) ?? '';

  beforeAll(async () => {
    topic = await kafka().createTopic();
    await coordinatorIsLoaded(address(), topic);
  });

  it.each(Object.entries(REFUSED))('%s', async (_name, request) => {
    expect(await errorsIn(address(), topic, request)).toEqual(request.codes);
  });
});
