import { errorCode } from 'kafka-wire';
import { beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../time/spec-support/manual-clock.js';
import { ConsumerGroup } from './consumer-group.js';
import { GroupMember, type Joining, type JoinResult, type SyncResult } from './group-member.js';

const SESSION_MS = 10_000;
const REBALANCE_MS = 60_000;
const SETTINGS = { initialRebalanceDelayMs: 0, minSessionTimeoutMs: 6_000, maxSessionTimeoutMs: 60_000 };

let clock: ManualClock;
let group: ConsumerGroup;

beforeEach(() => {
  clock = new ManualClock();
  group = new ConsumerGroup('readers', SETTINGS, clock);
});

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

function ask<T>(promise: Promise<T>): Asked<T> {
  const asked: Asked<T> = { result: undefined };
  void promise.then((result) => (asked.result = result));
  return asked;
}

/** Lets every promise reaction that is due run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

const join = (id: string, what = joining()): Asked<JoinResult> =>
  ask(group.join(new GroupMember(id, 'client', '/127.0.0.1', clock), what));
const sync = (id: string, assigned: Record<string, string> = {}): Asked<SyncResult> =>
  ask(
    group.sync(
      id,
      Object.entries(assigned).map(([memberId, assignment]) => ({ memberId, assignment: Buffer.from(assignment) })),
    ),
  );

/** A stable group of these members; the first is the leader. */
async function stable(...ids: string[]): Promise<void> {
  const [first = '', ...others] = ids;
  join(first);
  for (const id of others) {
    join(id);
    for (const known of ids.slice(0, ids.indexOf(id))) join(known);
  }
  for (const id of others) sync(id);
  sync(first, Object.fromEntries(ids.map((id) => [id, `for ${id}`])));
  await settle();
  expect(group.state).toBe('Stable');
}

describe('ConsumerGroup', () => {
  it('makes the first member the leader of generation 1', async () => {
    const first = join('a');
    await settle();
    expect(first.result).toMatchObject({ generationId: 1, leader: 'a', protocolName: 'range' });
    expect(first.result?.members?.map(({ memberId }) => memberId)).toEqual(['a']);
    expect(group.state).toBe('CompletingRebalance');
  });

  it('makes everyone join again when a member comes', async () => {
    await stable('a');
    const newcomer = join('b');
    await settle();
    expect([newcomer.result, group.heartbeat('a')]).toEqual([undefined, errorCode('REBALANCE_IN_PROGRESS')]);
    const known = join('a');
    await settle();
    expect(newcomer.result).toMatchObject({ generationId: 2, leader: 'a', members: [] });
    expect(known.result?.members).toHaveLength(2);
  });

  it('gives everyone what the leader assigned, and nothing before', async () => {
    join('a');
    join('b');
    join('a');
    await settle();
    const follower = sync('b');
    await settle();
    expect(follower.result).toBeUndefined();
    const leader = sync('a', { a: 'zero', b: 'one' });
    await settle();
    expect([leader, follower].map(({ result }) => result?.assignment.toString())).toEqual(['zero', 'one']);
    expect(group.state).toBe('Stable');
  });

  it('drops members that do not join again in time', async () => {
    await stable('a', 'b');
    const newcomer = join('c');
    const known = join('a');
    clock.advance(SESSION_MS - 1);
    group.heartbeat('b');
    await settle();
    expect(known.result).toBeUndefined();
    for (let waitedMs = SESSION_MS - 1; waitedMs < REBALANCE_MS; waitedMs += 5_000) {
      clock.advance(5_000);
      group.heartbeat('b');
    }
    await settle();
    expect(newcomer.result?.errorCode).toBe(0);
    expect(group.members.map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('drops a member whose session ends, and tells the others to join again', async () => {
    await stable('a', 'b');
    clock.advance(SESSION_MS - 1);
    expect(group.heartbeat('b')).toBe(0);
    clock.advance(1);
    expect(group.members.map(({ id }) => id)).toEqual(['b']);
    expect(group.heartbeat('b')).toBe(errorCode('REBALANCE_IN_PROGRESS'));
    expect(group.heartbeat('a')).toBe(errorCode('UNKNOWN_MEMBER_ID'));
  });

  it('keeps the session of a member that waits for others', async () => {
    await stable('a');
    const newcomer = join('b');
    clock.advance(SESSION_MS);
    expect(group.has('b')).toBe(true);
    await settle();
    expect(newcomer.result).toMatchObject({ leader: 'b', generationId: 2 });
  });

  it('tells members that wait for an assignment to join again when one leaves', async () => {
    join('a');
    join('b');
    join('a');
    await settle();
    const waiting = sync('b');
    expect(group.leave('a')).toBe(0);
    await settle();
    expect(waiting.result?.errorCode).toBe(errorCode('REBALANCE_IN_PROGRESS'));
    expect(group.leave('a')).toBe(errorCode('UNKNOWN_MEMBER_ID'));
  });

  it('is empty, with its offsets, when the last member has left', async () => {
    await stable('a');
    group.offsets.commit('orders', 0, { offset: 7, leaderEpoch: 0, metadata: null });
    group.leave('a');
    expect([group.state, group.offsets.get('orders', 0)?.offset, clock.pendingTimers]).toEqual(['Empty', 7, 0]);
  });

  it('answers a follower that joins again unchanged without a rebalance, and rebalances for the leader', async () => {
    await stable('a', 'b');
    const follower = join('b');
    await settle();
    expect([follower.result?.generationId, group.state]).toEqual([group.generationId, 'Stable']);
    join('a');
    expect(group.state).toBe('PreparingRebalance');
  });

  it('rebalances when a member changes what it can do', async () => {
    await stable('a', 'b');
    join('b', joining('roundrobin', 'range'));
    expect(group.state).toBe('PreparingRebalance');
  });

  it('chooses the strategy most members prefer among those all have', async () => {
    const first = join('a', joining('range', 'roundrobin', 'sticky'));
    join('b', joining('sticky', 'roundrobin'));
    join('c', joining('sticky', 'roundrobin', 'range'));
    join('a', joining('range', 'roundrobin', 'sticky'));
    join('b', joining('sticky', 'roundrobin'));
    await settle();
    expect(first.result?.protocolName).toBe('range');
    expect(group.protocolName).toBe('sticky');
  });

  it('does not fit a member that has no strategy in common, or is of another kind', async () => {
    await stable('a');
    expect(group.fits(joining('range', 'x'))).toBe(true);
    expect(group.fits(joining('x'))).toBe(false);
    expect(group.fits({ ...joining(), protocolType: 'connect' })).toBe(false);
    expect(group.fits({ ...joining(), protocols: [] })).toBe(false);
  });

  it('waits for a member that was given its id, until its session is over', async () => {
    await stable('a');
    group.expect('b', SESSION_MS);
    const known = join('a');
    await settle();
    expect(known.result).toBeUndefined();
    clock.advance(SESSION_MS);
    await settle();
    expect(known.result?.generationId).toBe(2);
  });

  it('gathers first members for the whole initial delay', async () => {
    group = new ConsumerGroup('readers', { ...SETTINGS, initialRebalanceDelayMs: 3_000 }, clock);
    const first = join('a');
    clock.advance(2_999);
    const second = join('b');
    await settle();
    expect([first.result, second.result]).toEqual([undefined, undefined]);
    clock.advance(1);
    await settle();
    expect([first.result?.generationId, second.result?.generationId]).toEqual([1, 1]);
  });

  it('leaves no timer when it is closed', async () => {
    await stable('a', 'b');
    group.expect('c', SESSION_MS);
    join('a');
    expect(clock.pendingTimers).toBeGreaterThan(0);
    group.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
