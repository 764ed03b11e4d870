import { errorName } from 'kafka-wire';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { coordinatorIsLoaded, RawGroup } from '../support/raw-group.js';
import { protocols } from '../support/raw-member.js';

const INSTANCES = ['leads', 'follows'];

describeOnEachKafka('static members of a group', (kafka) => {
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

  it('admits a new static member at once, under an id that begins with its instance id', async () => {
    const member = await group.newMember('leads');
    const joined = await member.join();
    expect(joined.memberId).toMatch(/^leads-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(joined).toMatchObject({ errorCode: 0, generationId: 1, leader: joined.memberId });
    expect(joined.members).toMatchObject([{ memberId: joined.memberId, groupInstanceId: 'leads' }]);
  });

  it('gives a follower that starts anew a new id in the same generation, and what it was assigned', async () => {
    const [leader, old] = await group.stable(2, INSTANCES);
    const anew = await group.newMember('follows');
    expect(await anew.join()).toMatchObject({
      errorCode: 0,
      generationId: leader.generationId,
      leader: leader.memberId,
      skipAssignment: false,
      members: [],
    });
    expect(anew.memberId).not.toBe(old?.memberId);
    expect((await anew.sync()).assignment.toString()).toBe('place 1');
    expect([await leader.heartbeat(), await anew.heartbeat()]).toEqual(['NONE', 'NONE']);
  });

  it('fences the old self of a member that started anew, whatever it asks', async () => {
    const [, old] = await group.stable(2, INSTANCES);
    await (await group.newMember('follows')).join();
    expect(errorName((await old?.join())?.errorCode ?? -1)).toBe('FENCED_INSTANCE_ID');
    expect(errorName((await old?.sync())?.errorCode ?? -1)).toBe('FENCED_INSTANCE_ID');
    expect(await old?.heartbeat()).toBe('FENCED_INSTANCE_ID');
    expect(await old?.commit(1, topic)).toBe('FENCED_INSTANCE_ID');
    expect(await old?.leave()).toBe('FENCED_INSTANCE_ID');
    expect(await old?.heartbeat({ groupInstanceId: null })).toBe('UNKNOWN_MEMBER_ID');
    expect(await old?.heartbeat({ groupInstanceId: 'unheard-of' })).toBe('UNKNOWN_MEMBER_ID');
  });

  it('tells a leader that starts anew that it need not assign, when its client knows of that', async () => {
    const [old] = await group.stable(2, INSTANCES);
    const anew = await group.newMember('leads');
    const joined = await anew.join({}, 9);
    expect(joined).toMatchObject({ errorCode: 0, leader: anew.memberId, skipAssignment: true });
    expect(new Set(joined.members.map(({ groupInstanceId }) => groupInstanceId))).toEqual(new Set(INSTANCES));
    expect(joined.members.map(({ memberId }) => memberId)).not.toContain(old.memberId);
  });

  it('hides from a leader that starts anew that it leads, when its client would assign', async () => {
    const [old] = await group.stable(2, INSTANCES);
    const anew = await group.newMember('leads');
    expect(await anew.join({}, 8)).toMatchObject({ leader: old.memberId, skipAssignment: false, members: [] });
    expect((await anew.sync()).assignment.toString()).toBe('place 0');
    const joined = anew.join();
    await group.inState('PreparingRebalance');
    joined.catch(() => {});
  });

  it('rebalances when a member starts anew with other strategies, so that another is chosen', async () => {
    const [leader] = await group.stable(1, ['leads']);
    const anew = await group.newMember('leads');
    const joined = await anew.join({ protocols: protocols('range', 'sticky') });
    expect(joined.generationId).toBe(leader.generationId);
    const again = await (await group.newMember('leads')).join({ protocols: protocols('sticky', 'range') });
    expect(again).toMatchObject({ generationId: leader.generationId + 1, protocolName: 'sticky' });
  });

  it('rebalances when a member starts anew between join and sync, and fences the one that waits', async () => {
    const [leader, old] = await group.stable(2, INSTANCES);
    const rejoined = leader.join();
    await group.inState('PreparingRebalance');
    await Promise.all([rejoined, old?.join()]);
    const waiting = old?.sync();
    const anew = await group.newMember('follows');
    const joined = anew.join();
    expect(errorName((await waiting)?.errorCode ?? -1)).toBe('FENCED_INSTANCE_ID');
    expect(await leader.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
    const [{ generationId }] = await Promise.all([joined, leader.join()]);
    expect(generationId).toBe(leader.generationId);
    expect(await group.syncAll([leader, anew])).toEqual(['place 0', 'place 1']);
  });

  it('fences the old self of a member that starts anew while the group waits for others', async () => {
    const [leader, old] = await group.stable(2, INSTANCES);
    const waiting = leader.join();
    await group.inState('PreparingRebalance');
    const anew = await group.newMember('leads');
    const joined = anew.join();
    expect(errorName((await waiting).errorCode)).toBe('FENCED_INSTANCE_ID');
    await Promise.all([joined, old?.join()]);
    expect(old?.generationId).toBe(anew.generationId);
  });

  it('refuses a member that names an instance id and a member id nobody has', async () => {
    const [leader] = await group.stable(1, ['leads']);
    expect(await leader.heartbeat({ memberId: 'nobody' })).toBe('FENCED_INSTANCE_ID');
    expect(await leader.heartbeat({ memberId: 'nobody', groupInstanceId: 'unheard-of' })).toBe('UNKNOWN_MEMBER_ID');
    const other = await group.newMember('other');
    other.memberId = 'other-1';
    expect(errorName((await other.join()).errorCode)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('removes a static member by its instance id alone, and then everyone joins again', async () => {
    const [leader] = await group.stable(2, INSTANCES);
    expect(await leader.leave({ memberId: '', groupInstanceId: 'unheard-of' })).toBe('UNKNOWN_MEMBER_ID');
    expect(await leader.leave({ memberId: '', groupInstanceId: null })).toBe('UNKNOWN_MEMBER_ID');
    expect(await leader.leave({ memberId: 'nobody', groupInstanceId: 'follows' })).toBe('FENCED_INSTANCE_ID');
    expect(await leader.leave({ memberId: '', groupInstanceId: 'follows' })).toBe('NONE');
    expect(await leader.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
    expect((await leader.join()).members).toHaveLength(1);
  });

  it('shows the instance ids of static members in its description', async () => {
    await group.stable(2, ['leads', null]);
    const { members } = await group.describe();
    expect(members.map(({ groupInstanceId }) => groupInstanceId ?? 'none').toSorted()).toEqual(['leads', 'none']);
  });
});
