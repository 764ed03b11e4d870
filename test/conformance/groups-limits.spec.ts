import { errorName } from 'kafka-wire';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { describeOnEachOwnKafka } from '../support/each-own-kafka.js';
import { coordinatorIsLoaded, RawGroup } from '../support/raw-group.js';

const DELAY_MS = 400;
const SESSION_MS = 500;
/** A session longer than any test, for members that must not be lost. */
const LONG = { sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 60_000 };

const SETTINGS = {
  apache: {
    'group.initial.rebalance.delay.ms': String(DELAY_MS),
    'group.min.session.timeout.ms': String(SESSION_MS),
    'group.max.session.timeout.ms': '1800000',
    'group.max.size': '2',
  },
  embedded: { groupInitialRebalanceDelayMs: DELAY_MS, groupMinSessionTimeoutMs: SESSION_MS, groupMaxSize: 2 },
};

describeOnEachOwnKafka('time and room in groups', SETTINGS, (address) => {
  let group: RawGroup;
  beforeAll(() => coordinatorIsLoaded(address(), 'loaded'));
  beforeEach(() => {
    group = new RawGroup(address());
  });
  afterEach(() => group.close());

  it('has a shortest and a longest session', async () => {
    const member = await group.newMember();
    const code = async (sessionTimeoutMs: number) => errorName((await member.join({ sessionTimeoutMs })).errorCode);
    expect([await code(SESSION_MS - 1), await code(1_800_001)]).toEqual([
      'INVALID_SESSION_TIMEOUT',
      'INVALID_SESSION_TIMEOUT',
    ]);
    expect(await code(SESSION_MS)).toBe('MEMBER_ID_REQUIRED');
    member.memberId = '';
    expect(await code(1_800_000)).toBe('MEMBER_ID_REQUIRED');
  });

  it('gathers its first members in one generation', async () => {
    const members = [await group.newMember(), await group.newMember()];
    const joined = await Promise.all(members.map((member) => member.getIn()));
    expect(joined.map(({ generationId }) => generationId)).toEqual([1, 1]);
    expect(joined.map(({ members: told }) => told.length).toSorted((one, other) => one - other)).toEqual([0, 2]);
  });

  it('does not wait among first members for one that has its id and does not come back', async () => {
    const [member, pending] = [await group.newMember(), await group.newMember()];
    await pending.join(LONG);
    expect(await member.getIn(LONG)).toMatchObject({ generationId: 1 });
  });

  it('waits later for one that has its id, until its session is over', async () => {
    const [member, pending] = [await group.newMember(), await group.newMember()];
    await member.getIn(LONG);
    await group.syncAll([member]);
    await pending.join({ ...LONG, sessionTimeoutMs: SESSION_MS });
    const startMs = performance.now();
    expect(await member.join(LONG)).toMatchObject({ generationId: 2 });
    expect(performance.now() - startMs).toBeGreaterThan(SESSION_MS / 2);
    expect(errorName((await pending.join(LONG)).errorCode)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('refuses the member that is one too many, whether it has its id or not', async () => {
    const [first, second, third, fourth] = [
      await group.newMember(),
      await group.newMember(),
      await group.newMember(),
      await group.newMember(),
    ];
    await third.join(LONG);
    await Promise.all([first.getIn(LONG), second.getIn(LONG)]);
    for (const member of [third, fourth]) {
      const refused = await member.join(LONG);
      expect([errorName(refused.errorCode), refused.memberId]).toEqual(['GROUP_MAX_SIZE_REACHED', '']);
    }
    expect(await first.heartbeat()).toBe('NONE');
  });

  it('drops a member whose session ends, so that the others join again', async () => {
    const [silent, alive] = [await group.newMember(), await group.newMember()];
    await Promise.all([silent.getIn({ ...LONG, sessionTimeoutMs: SESSION_MS }), alive.getIn(LONG)]);
    await group.inState('PreparingRebalance');
    expect([await silent.heartbeat(), await alive.heartbeat()]).toEqual(['UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS']);
    expect((await alive.join(LONG)).members).toHaveLength(1);
  });

  it('keeps a member that sends heartbeats', async () => {
    const member = await group.newMember();
    await member.getIn({ ...LONG, sessionTimeoutMs: SESSION_MS });
    for (const endMs = performance.now() + 2 * SESSION_MS; performance.now() < endMs;) {
      expect(await member.heartbeat()).toBe('NONE');
    }
  });

  it('is empty when the session of its only member, a static one, is over', async () => {
    const member = await group.newMember('one');
    await member.join({ ...LONG, sessionTimeoutMs: SESSION_MS });
    await group.inState('Empty');
    expect(await member.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  });

  it('goes on without a member that does not join again within the rebalance time-out', async () => {
    const times = { ...LONG, rebalanceTimeoutMs: SESSION_MS };
    const [late, first] = [await group.newMember(), await group.newMember()];
    await Promise.all([late.getIn(times), first.getIn(times)]);
    expect(
      (await first.join({ ...times, protocols: [{ name: 'range', metadata: Buffer.from('?') }] })).members,
    ).toMatchObject([{ memberId: first.memberId }]);
    expect(await late.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  });

  it('waits longer for a static member: its session decides', async () => {
    const times = { ...LONG, rebalanceTimeoutMs: SESSION_MS };
    const [late, first] = [await group.newMember('late'), await group.newMember('first')];
    await Promise.all([late.getIn(times), first.getIn(times)]);
    const joined = await first.join({ ...times, protocols: [{ name: 'range', metadata: Buffer.from('?') }] });
    expect(joined).toMatchObject({ generationId: 2, leader: first.memberId });
    expect(joined.members).toHaveLength(2);
    expect(await late.heartbeat({ generationId: 2 })).toBe('NONE');
  });

  it('drops a member that never asks for its assignment', async () => {
    const times = { ...LONG, rebalanceTimeoutMs: SESSION_MS };
    const [one, other] = [await group.newMember(), await group.newMember()];
    const [told] = await Promise.all([one.getIn(times), other.getIn(times)]);
    const [leader, silent] = told.leader === one.memberId ? [one, other] : [other, one];
    await leader.sync({ [leader.memberId]: 'all' });
    await group.inState('PreparingRebalance');
    expect(await silent.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
    expect((await leader.join(times)).members).toHaveLength(1);
  });
});
