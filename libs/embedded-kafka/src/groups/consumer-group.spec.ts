import { errorCode } from 'kafka-wire';
import { beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../time/spec-support/manual-clock.js';
import { Random } from '../time/random.js';
import { ConsumerGroup } from './consumer-group.js';
import type { Joining, JoinResult, SyncResult } from './group-member.js';

const SESSION_MS = 10_000;
const REBALANCE_MS = 60_000;
const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;
const SETTINGS = {
  initialRebalanceDelayMs: 0,
  minSessionTimeoutMs: 6_000,
  maxSessionTimeoutMs: 60_000,
  maxSize: 10,
};

let clock: ManualClock;
let group: ConsumerGroup;

beforeEach(() => {
  clock = new ManualClock();
  group = newGroup();
});

const newGroup = (settings = {}) => new ConsumerGroup('readers', { ...SETTINGS, ...settings }, clock, new Random(1));

function joining(...protocols: string[]): Joining {
  return {
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    protocolType: 'consumer',
    protocols: (protocols.length > 0 ? protocols : ['range']).map((name) => ({ name, metadata: Buffer.from(name) })),
  };
}

/** A request's answer, looked at without waiting for it. */
interface Asked<T> {
  result: T | undefined;
}

function ask<T>(answer: Promise<T> | T): Asked<T> {
  const asked: Asked<T> = { result: undefined };
  void Promise.resolve(answer).then((result) => (asked.result = result));
  return asked;
}

/** Lets every promise reaction that is due run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Members that were given their ids; each joins under the name it has in the test. */
const ids = new Map<string, string>();
const idOf = (name: string) => ids.get(name) ?? name;
const identity = (name: string) => ({ memberId: idOf(name), groupInstanceId: null });
const request = (memberId: string, what: Joining) => ({
  ...what,
  memberId,
  groupInstanceId: null,
  clientId: 'client',
  clientHost: '/127.0.0.1',
  mustKnowItsId: true,
  canSkipAssignment: true,
});

/** Gives a new member its id, which is also what a rebalance then waits for. */
function expectMember(name: string): void {
  const answer = group.join(request('', joining()));
  if (answer instanceof Promise) throw new Error('a new member gets its id at once');
  ids.set(name, answer.memberId);
}

function join(name: string, what = joining()): Asked<JoinResult> {
  if (!group.members.some(({ memberId }) => memberId === ids.get(name))) expectMember(name);
  return ask(group.join(request(idOf(name), what)));
}

const sync = (name: string, assigned: Record<string, string> = {}): Asked<SyncResult> =>
  ask(
    group.sync({
      ...identity(name),
      generationId: group.generationId,
      protocolType: null,
      protocolName: null,
      assignments: Object.entries(assigned).map(([member, assignment]) => ({
        memberId: idOf(member),
        assignment: Buffer.from(assignment),
      })),
    }),
  );
const heartbeat = (name: string) => group.heartbeat(identity(name), group.generationId);
const leave = (name: string) => group.leave([identity(name)])[0];
const names = () => group.members.map(({ memberId }) => [...ids].find(([, id]) => id === memberId)?.[0]);

/** A stable group of these members; the first is the leader. */
async function stable(first: string, ...others: string[]): Promise<void> {
  const all = [first, ...others];
  join(first);
  clock.advance(0);
  for (const name of others) {
    join(name);
    for (const known of all.slice(0, all.indexOf(name))) join(known);
  }
  for (const name of others) sync(name);
  sync(first, Object.fromEntries(all.map((name) => [name, `for ${name}`])));
  await settle();
  expect(group.state).toBe('Stable');
}

/** Time passes, in which these members send heartbeats. */
function advance(byMs: number, ...alive: string[]): void {
  for (let leftMs = byMs; leftMs > 0; leftMs -= SESSION_MS / 2) {
    clock.advance(Math.min(leftMs, SESSION_MS / 2));
    for (const name of alive) heartbeat(name);
  }
}

describe('ConsumerGroup', () => {
  it('gives everyone what the leader assigned, and nothing before', async () => {
    await stable('a', 'b');
    join('a');
    join('b');
    const follower = sync('b');
    await settle();
    expect(follower.result).toBeUndefined();
    const leader = sync('a', { a: 'zero', b: 'one' });
    await settle();
    expect([leader, follower].map(({ result }) => result?.assignment.toString())).toEqual(['zero', 'one']);
  });

  it('drops members that do not join again within the rebalance time-out, whatever they send', async () => {
    await stable('a', 'b');
    const newcomer = join('c');
    join('a');
    advance(REBALANCE_MS - 1, 'b');
    await settle();
    expect([newcomer.result, names()]).toEqual([undefined, ['a', 'b', 'c']]);
    advance(1);
    await settle();
    expect([newcomer.result?.errorCode, names()]).toEqual([0, ['a', 'c']]);
  });

  it('drops a member whose session ends, and tells the others to join again', async () => {
    await stable('a', 'b');
    clock.advance(SESSION_MS - 1);
    expect(heartbeat('b')).toBe(0);
    clock.advance(1);
    expect(names()).toEqual(['b']);
    expect(heartbeat('b')).toBe(errorCode('REBALANCE_IN_PROGRESS'));
    expect(heartbeat('a')).toBe(errorCode('UNKNOWN_MEMBER_ID'));
  });

  it('takes a commit for a heartbeat', async () => {
    await stable('a');
    clock.advance(SESSION_MS - 1);
    group.noteCommit(idOf('a'));
    clock.advance(SESSION_MS - 1);
    expect(names()).toEqual(['a']);
  });

  it('keeps the session of a member that waits for others', async () => {
    await stable('a', 'b');
    join('a');
    advance(2 * SESSION_MS, 'b');
    expect(names()).toEqual(['a', 'b']);
  });

  it('forgets a new member whose JoinGroup has waited for five minutes', async () => {
    await stable('a');
    const newcomer = join('b', { ...joining(), rebalanceTimeoutMs: 2 * NEW_MEMBER_JOIN_TIMEOUT_MS });
    advance(NEW_MEMBER_JOIN_TIMEOUT_MS - 1, 'a');
    await settle();
    expect(newcomer.result).toBeUndefined();
    advance(1);
    await settle();
    expect(newcomer.result).toMatchObject({ errorCode: errorCode('UNKNOWN_MEMBER_ID'), memberId: '' });
  });

  it('drops members that send no SyncGroup within the rebalance time-out, also when the leader has', async () => {
    await stable('a', 'b');
    join('a');
    join('b');
    sync('a', { a: 'all' });
    expect(group.state).toBe('Stable');
    advance(REBALANCE_MS, 'a', 'b');
    expect([names(), group.state]).toEqual([['a'], 'PreparingRebalance']);
  });

  it('is empty, with its offsets and without a timer, when the last member has left', async () => {
    await stable('a');
    group.offsets.commit('orders', 0, { offset: 7, leaderEpoch: 0, metadata: null });
    expect(leave('a')).toBe(0);
    expect([group.state, group.offsets.get('orders', 0)?.offset, clock.pendingTimers]).toEqual(['Empty', 7, 0]);
  });

  it('waits for a member that was given its id, until its session is over', async () => {
    await stable('a');
    expectMember('b');
    const known = join('a');
    await settle();
    expect(known.result).toBeUndefined();
    clock.advance(SESSION_MS);
    await settle();
    expect(known.result?.generationId).toBe(2);
  });

  it('keeps a static member that does not join again until its session is over', async () => {
    const instance = { ...request('', joining()), groupInstanceId: 'one' };
    const first = ask(group.join(instance));
    clock.advance(0);
    await settle();
    ids.set('static', first.result?.memberId ?? '');
    join('b');
    heartbeat('static');
    clock.advance(SESSION_MS - 1);
    expect(names()).toEqual(['static', 'b']);
    clock.advance(1);
    expect(names()).toEqual(['b']);
  });

  it('refuses the member that is one too many, and the last to come back when the group is full', async () => {
    group = newGroup({ maxSize: 2 });
    await stable('a', 'b');
    expect(group.join(request('', joining()))).toMatchObject({ errorCode: errorCode('GROUP_MAX_SIZE_REACHED') });
    join('a');
    expect(names()).toEqual(['a', 'b']);
    join('b');
    expect(group.generationId).toBe(3);
  });

  it('leaves no timer when it is closed', async () => {
    await stable('a', 'b');
    expectMember('c');
    join('a');
    expect(clock.pendingTimers).toBeGreaterThan(0);
    group.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the first members of a group', () => {
  beforeEach(() => {
    group = newGroup({ initialRebalanceDelayMs: 3_000 });
  });

  it('are gathered for the initial delay', async () => {
    const first = join('a');
    clock.advance(2_999);
    await settle();
    expect(first.result).toBeUndefined();
    clock.advance(1);
    await settle();
    expect(first.result?.generationId).toBe(1);
  });

  it('get the delay once more for every one in which somebody came', async () => {
    const first = join('a');
    clock.advance(2_999);
    join('b');
    clock.advance(1);
    await settle();
    expect(first.result).toBeUndefined();
    clock.advance(3_000);
    await settle();
    expect(first.result?.members).toHaveLength(2);
  });

  it('are not waited for beyond the rebalance time-out of the first', async () => {
    const first = join('a', { ...joining(), rebalanceTimeoutMs: 7_000 });
    for (const name of ['b', 'c', 'd']) {
      clock.advance(2_300);
      join(name, { ...joining(), rebalanceTimeoutMs: 7_000 });
    }
    await settle();
    expect(first.result).toBeUndefined();
    clock.advance(100);
    await settle();
    expect(first.result?.members).toHaveLength(4);
  });

  it('do not include one that has its id and has not come back with it', async () => {
    const first = join('a');
    expectMember('b');
    clock.advance(3_000);
    await settle();
    expect(first.result?.members).toHaveLength(1);
  });
});
