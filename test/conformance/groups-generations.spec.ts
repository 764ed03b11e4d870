import { errorName } from 'kafka-wire';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { coordinatorIsLoaded, RawGroup } from '../support/raw-group.js';
import { protocols, subscription } from '../support/raw-member.js';

describeOnEachKafka('generations of a group', (kafka) => {
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

  it('gives a new member an id of its client id and a UUID, and asks it to come back with it', async () => {
    const member = await group.newMember();
    const asked = await member.join();
    expect(errorName(asked.errorCode)).toBe('MEMBER_ID_REQUIRED');
    expect(asked.memberId).toMatch(/^test-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([asked.generationId, asked.leader, asked.protocolName, asked.members]).toEqual([-1, '', '', []]);
    expect(await member.join()).toMatchObject({ errorCode: 0, generationId: 1, memberId: asked.memberId });
  });

  it('admits a new member at once where the client does not know of ids to come back with', async () => {
    const member = await group.newMember();
    expect(await member.join({}, 3)).toMatchObject({ errorCode: 0, generationId: 1, leader: member.memberId });
  });

  it('makes the first member the leader and tells it alone what all members offer', async () => {
    const [first, second] = [await group.newMember(), await group.newMember()];
    await first.getIn();
    const joined = second.getIn();
    await group.inState('PreparingRebalance');
    const [ofSecond, ofFirst] = await Promise.all([joined, first.join()]);
    expect(ofFirst).toMatchObject({ generationId: 2, leader: first.memberId, protocolName: 'range' });
    expect(ofFirst.members.map(({ memberId }) => memberId).toSorted()).toEqual(
      [first.memberId, second.memberId].toSorted(),
    );
    expect(ofFirst.members.map(({ metadata }) => metadata)).toEqual([subscription('range'), subscription('range')]);
    expect(ofSecond).toMatchObject({ generationId: 2, leader: first.memberId, members: [] });
    expect(await group.syncAll([first, second])).toEqual(['place 0', 'place 1']);
  });

  it('tells members that another came with REBALANCE_IN_PROGRESS, until they join again', async () => {
    const [member] = await group.stable(1);
    expect(await member.heartbeat()).toBe('NONE');
    const joined = (await group.newMember()).getIn();
    await group.inState('PreparingRebalance');
    expect(await member.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
    expect(errorName((await member.sync()).errorCode)).toBe('REBALANCE_IN_PROGRESS');
    expect(await member.commit(1, topic)).toBe('NONE');
    await Promise.all([joined, member.join()]);
    expect(await member.heartbeat()).toBe('NONE');
  });

  it('refuses a commit between join and sync with REBALANCE_IN_PROGRESS, but not a heartbeat', async () => {
    const member = await group.newMember();
    await member.getIn();
    expect([await member.commit(1, topic), await member.heartbeat()]).toEqual(['REBALANCE_IN_PROGRESS', 'NONE']);
  });

  it('refuses other generations with ILLEGAL_GENERATION', async () => {
    const [member] = await group.stable(1);
    for (const generationId of [member.generationId - 1, member.generationId + 1, -1]) {
      expect(await member.heartbeat({ generationId })).toBe('ILLEGAL_GENERATION');
      expect(await member.commit(1, topic, { generationId })).toBe('ILLEGAL_GENERATION');
    }
    member.generationId++;
    expect(errorName((await member.sync()).errorCode)).toBe('ILLEGAL_GENERATION');
  });

  it('refuses strangers with UNKNOWN_MEMBER_ID, whatever generation they claim', async () => {
    const [member] = await group.stable(1);
    const stranger = { memberId: 'stranger' };
    expect(await member.heartbeat(stranger)).toBe('UNKNOWN_MEMBER_ID');
    expect(await member.commit(1, topic, { ...stranger, generationId: 77 })).toBe('UNKNOWN_MEMBER_ID');
    expect(await member.commit(1, topic, { memberId: '', generationId: -1 })).toBe('UNKNOWN_MEMBER_ID');
    expect(await member.leave(stranger)).toBe('UNKNOWN_MEMBER_ID');
    member.memberId = 'stranger';
    expect(errorName((await member.join()).errorCode)).toBe('UNKNOWN_MEMBER_ID');
    expect(errorName((await member.sync()).errorCode)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('refuses a member that has no strategy in common with the others, or is no consumer', async () => {
    await group.stable(1);
    const other = await group.newMember();
    expect(errorName((await other.join({ protocols: protocols('sticky') })).errorCode)).toBe(
      'INCONSISTENT_GROUP_PROTOCOL',
    );
    expect(errorName((await other.join({ protocolType: 'connect' })).errorCode)).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(errorName((await other.join({ protocolType: '' })).errorCode)).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });

  it('chooses the strategy most members prefer among those all have', async () => {
    const [first, second, third] = [await group.newMember(), await group.newMember(), await group.newMember()];
    const offers = [
      protocols('range', 'both', 'sticky'),
      protocols('sticky', 'both'),
      protocols('none', 'sticky', 'both'),
    ];
    await first.getIn({ protocols: offers[0] ?? [] });
    const others = [second.getIn({ protocols: offers[1] ?? [] }), third.getIn({ protocols: offers[2] ?? [] })];
    while ((await group.describe()).members.length < 3);
    const joined = await Promise.all([first.join({ protocols: offers[0] ?? [] }), ...others]);
    expect(joined.map(({ protocolName }) => protocolName)).toEqual(['sticky', 'sticky', 'sticky']);
  });

  it('answers a follower that joins again unchanged at once, and rebalances when the leader does', async () => {
    const [leader, follower] = await group.stable(2);
    expect(await follower?.join()).toMatchObject({ errorCode: 0, generationId: leader.generationId, members: [] });
    expect(await group.describe()).toMatchObject({ groupState: 'Stable' });
    const joined = leader.join();
    await group.inState('PreparingRebalance');
    await Promise.all([joined, follower?.join()]);
    expect(leader.generationId).toBe(follower?.generationId);
  });

  it('rebalances when a member changes what it offers', async () => {
    const [leader, follower] = await group.stable(2);
    const joined = follower?.join({ protocols: protocols('sticky', 'range') });
    await group.inState('PreparingRebalance');
    const [again] = await Promise.all([leader.join(), joined]);
    expect(again.protocolName).toBe('range');
  });

  it('gives a member that syncs again its assignment, and one whom the leader forgot nothing', async () => {
    const [leader, follower] = await group.stable(2);
    expect((await follower?.sync())?.assignment.toString()).toBe('place 1');
    const rejoined = leader.join();
    await group.inState('PreparingRebalance');
    await Promise.all([rejoined, follower?.join()]);
    const [, forgotten] = await Promise.all([leader.sync({ [leader.memberId]: 'all' }), follower?.sync()]);
    expect([errorName(forgotten?.errorCode ?? -1), forgotten?.assignment.length]).toEqual(['NONE', 0]);
  });

  it('makes a follower that waits for its assignment join again when somebody comes', async () => {
    const [leader, follower] = await group.stable(2);
    const rejoined = leader.join();
    await group.inState('PreparingRebalance');
    await Promise.all([rejoined, follower?.join()]);
    const waiting = follower?.sync();
    const joined = (await group.newMember()).getIn();
    expect(errorName((await waiting)?.errorCode ?? -1)).toBe('REBALANCE_IN_PROGRESS');
    await Promise.all([joined, leader.join(), follower?.join()]);
  });

  it('rebalances when a member leaves, and is empty in a generation of its own when the last has left', async () => {
    const [leader, follower] = await group.stable(2);
    const { generationId } = leader;
    expect(await leader.leave()).toBe('NONE');
    expect(await leader.leave()).toBe('UNKNOWN_MEMBER_ID');
    expect(await follower?.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
    expect(await follower?.join()).toMatchObject({ generationId: generationId + 1, leader: follower?.memberId });
    expect(await follower?.leave()).toBe('NONE');
    expect(await group.describe()).toMatchObject({ groupState: 'Empty', protocolType: 'consumer', members: [] });
    expect(await (await group.newMember()).getIn()).toMatchObject({ generationId: generationId + 3 });
  });

  it('lets a member leave that has been given its id and has not come back', async () => {
    const member = await group.newMember();
    await member.join();
    expect([await member.leave(), await member.leave()]).toEqual(['NONE', 'UNKNOWN_MEMBER_ID']);
    expect(errorName((await member.join()).errorCode)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('rebalances a stable group when a member that never came back with its id leaves', async () => {
    const [member] = await group.stable(1);
    const pending = await group.newMember();
    await pending.join();
    expect(await member.heartbeat()).toBe('NONE');
    expect(await pending.leave()).toBe('NONE');
    expect(await member.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  });
});
