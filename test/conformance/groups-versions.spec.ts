import { apis } from 'kafka-wire';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { coordinatorIsLoaded, RawGroup } from '../support/raw-group.js';
import { protocols, subscription } from '../support/raw-member.js';
import { rawRequest } from '../support/raw-request.js';

const upTo = (max: number, min = 0) => Array.from({ length: max - min + 1 }, (_, at) => min + at);
const JOINING = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, protocolType: 'consumer' };
const NOT_REQUESTED = -2147483648;
/** READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS and ALTER_CONFIGS. */
const ALL_OPERATIONS = 0b1101_0100_1000;

describeOnEachKafka('every version of what groups can be asked', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';
  let group: RawGroup;
  let topic: string;
  beforeAll(async () => {
    topic = await kafka().createTopic();
    await coordinatorIsLoaded(address(), topic);
  });
  beforeEach(() => {
    group = new RawGroup(address());
  });
  afterEach(() => group.close());

  const joining = (more = {}) => ({ groupId: group.id, ...JOINING, protocols: protocols('range'), ...more });

  const joined = (version: number, memberId: string) => ({
    throttleTimeMs: 0,
    errorCode: 0,
    generationId: 1,
    protocolType: version >= 7 ? 'consumer' : null,
    protocolName: 'range',
    leader: memberId,
    skipAssignment: false,
    memberId,
    members: [{ memberId, groupInstanceId: null, metadata: subscription('range') }],
  });

  it.each(upTo(3))('JoinGroup v%i', async (version) => {
    const { connection } = await group.newMember();
    const answer = await connection.request(apis.JoinGroup, version, joining());
    expect(answer).toEqual(joined(version, answer.memberId));
  });

  it.each(upTo(9, 4))('JoinGroup v%i', async (version) => {
    const { connection } = await group.newMember();
    const asked = await connection.request(apis.JoinGroup, version, joining());
    const { memberId } = asked;
    expect(asked).toEqual({
      ...joined(version, memberId),
      errorCode: 79,
      generationId: -1,
      protocolType: null,
      protocolName: version >= 7 ? null : '',
      leader: '',
      members: [],
    });
    const answer = await connection.request(apis.JoinGroup, version, joining({ memberId }));
    expect(answer).toEqual(joined(version, memberId));
  });

  /** SyncGroup of the only member of a group, which assigns itself all. */
  async function synced(version: number, more: object) {
    const { connection, identity } = await joinedMember();
    const assignments = [{ memberId: identity.memberId, assignment: Buffer.from('all') }];
    return connection.request(apis.SyncGroup, version, { ...identity, assignments, ...more });
  }

  /** Without an instance id: old versions have no place for it, not even for none. */
  async function joinedMember() {
    const member = await group.newMember();
    await member.getIn();
    const { groupId, memberId, generationId } = member.identity;
    return { connection: member.connection, identity: { groupId, memberId, generationId } };
  }

  it.each(upTo(5))('SyncGroup v%i', async (version) => {
    const named = version >= 5 ? { protocolType: 'consumer', protocolName: 'range' } : {};
    const nobody = { protocolType: null, protocolName: null };
    const answer = { throttleTimeMs: 0, errorCode: 0, ...nobody, ...named, assignment: Buffer.from('all') };
    expect(await synced(version, named)).toEqual(answer);
  });

  it.each([
    {},
    { protocolType: 'consumer' },
    { protocolName: 'range' },
    { protocolType: 'consumer', protocolName: 'sticky' },
    { protocolType: 'connect', protocolName: 'range' },
  ])('SyncGroup v5 that tells %o', async (told) => {
    expect(await synced(5, told)).toMatchObject({ errorCode: 23, protocolType: null, protocolName: null });
  });

  it.each(upTo(4))('Heartbeat v%i', async (version) => {
    const [{ connection, identity }] = await group.stable(1);
    const { groupInstanceId: _, ...known } = identity;
    expect(await connection.request(apis.Heartbeat, version, known)).toEqual({ throttleTimeMs: 0, errorCode: 0 });
    const stranger = { ...known, memberId: 'stranger' };
    expect(await connection.request(apis.Heartbeat, version, stranger)).toEqual({ throttleTimeMs: 0, errorCode: 25 });
    const unnamed = { ...known, groupId: '' };
    expect(await connection.request(apis.Heartbeat, version, unnamed)).toEqual({ throttleTimeMs: 0, errorCode: 24 });
  });

  it.each(upTo(5))('LeaveGroup v%i', async (version) => {
    const [{ connection, memberId }] = await group.stable(1);
    const leave = (groupId: string, id: string) =>
      connection.request(
        apis.LeaveGroup,
        version,
        version < 3 ? { groupId, memberId: id } : { groupId, members: [{ memberId: id }] },
      );
    const answer = (id: string, code: number) => ({
      throttleTimeMs: 0,
      errorCode: version < 3 ? code : 0,
      members: version < 3 ? [] : [{ memberId: id, groupInstanceId: null, errorCode: code }],
    });
    expect(await leave(group.id, 'stranger')).toEqual(answer('stranger', 25));
    expect(await leave(group.id, memberId)).toEqual(answer(memberId, 0));
    expect(await leave(`${group.id}-new`, memberId)).toEqual(answer(memberId, 25));
    expect(await leave('', memberId)).toEqual({ throttleTimeMs: 0, errorCode: 24, members: [] });
  });

  it.each(upTo(9, 2))('OffsetCommit v%i', async (version) => {
    const [{ connection, identity }] = await group.stable(1);
    const { groupId, memberId, generationId } = identity;
    const partitions = [{ partitionIndex: 0, committedOffset: 3, committedMetadata: 'm' }];
    const input = { groupId, memberId, generationIdOrMemberEpoch: generationId, topics: [{ name: topic, partitions }] };
    expect(await connection.request(apis.OffsetCommit, version, input)).toEqual({
      throttleTimeMs: 0,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, errorCode: 0 }] }],
    });
  });

  it.each(upTo(9, 1))('OffsetFetch v%i', async (version) => {
    const [member] = await group.stable(1);
    await member.commit(7, topic);
    const topics = [{ name: topic, partitionIndexes: [0, 1] }];
    const input =
      version < 8
        ? { groupId: group.id, topics }
        : {
            groups: [
              { groupId: group.id, topics },
              { groupId: 'new', topics },
            ],
          };
    const answer = await member.connection.request(apis.OffsetFetch, version, input);
    const found = (groupId: string, committedOffset: number) => {
      const none = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 };
      const partitions = [
        { ...none, partitionIndex: 0, committedOffset },
        { ...none, partitionIndex: 1 },
      ];
      return { groupId, errorCode: 0, topics: [{ name: topic, partitions }] };
    };
    const { groupId: _, ...single } = found(group.id, 7);
    expect(answer).toEqual(
      version < 8
        ? { throttleTimeMs: 0, ...single, groups: [] }
        : { throttleTimeMs: 0, errorCode: 0, topics: [], groups: [found(group.id, 7), found('new', -1)] },
    );
  });

  it.each(upTo(6))('DescribeGroups v%i', async (version) => {
    const [{ memberId }] = await group.stable(1);
    const asks = version >= 3 ? { includeAuthorizedOperations: true } : {};
    const groups = [group.id, `${group.id}-new`];
    const answer = await rawRequest(address(), apis.DescribeGroups, version, { groups, ...asks });
    const operations = version >= 3 ? ALL_OPERATIONS : NOT_REQUESTED;
    const described = (groupId: string) => answer.groups.find((one) => one.groupId === groupId);
    expect(described(group.id)).toEqual({
      errorCode: 0,
      errorMessage: null,
      groupId: group.id,
      groupState: 'Stable',
      protocolType: 'consumer',
      protocolData: 'range',
      members: [
        {
          memberId,
          groupInstanceId: null,
          clientId: 'test',
          clientHost: '/127.0.0.1',
          memberMetadata: subscription('range'),
          memberAssignment: Buffer.from('place 0'),
        },
      ],
      authorizedOperations: operations,
    });
    expect(described(`${group.id}-new`)).toEqual({
      errorCode: version >= 6 ? 69 : 0,
      errorMessage: version >= 6 ? `Group ${group.id}-new not found.` : null,
      groupId: `${group.id}-new`,
      groupState: 'Dead',
      protocolType: '',
      protocolData: '',
      members: [],
      authorizedOperations: version >= 6 ? NOT_REQUESTED : operations,
    });
  });

  it.each(upTo(5))('ListGroups v%i', async (version) => {
    await group.stable(1);
    const { groups, ...rest } = await rawRequest(address(), apis.ListGroups, version, {});
    expect(rest).toEqual({ throttleTimeMs: 0, errorCode: 0 });
    expect(groups.find(({ groupId }) => groupId === group.id)).toEqual({
      groupId: group.id,
      protocolType: 'consumer',
      groupState: version >= 4 ? 'Stable' : '',
      groupType: version >= 5 ? 'classic' : '',
    });
  });

  it.each(upTo(2))('DeleteGroups v%i', async (version) => {
    const [member] = await group.stable(1);
    const remove = () => rawRequest(address(), apis.DeleteGroups, version, { groupsNames: [group.id, group.id] });
    const result = (errorCode: number) => ({ throttleTimeMs: 0, results: [{ groupId: group.id, errorCode }] });
    expect(await remove()).toEqual(result(68));
    await member.commit(1, topic);
    await member.leave();
    expect(await remove()).toEqual(result(0));
    expect(await remove()).toEqual(result(69));
    expect((await group.describe()).groupState).toBe('Dead');
    expect(await (await group.newMember()).getIn()).toMatchObject({ generationId: 1 });
  });
});
