import { errorCode } from 'kafka-wire';
import { beforeEach, describe, expect, it } from 'vitest';

import { ask, GroupDriver, joining, REBALANCE_MS, request, SESSION_MS, settle } from './spec-support/group-driver.js';

const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

let driver: GroupDriver;
beforeEach(() => {
  driver = new GroupDriver();
});

describe('ConsumerGroup', () => {
  it('gives everyone what the leader assigned, and nothing before', async () => {
    await driver.stable('a', 'b');
    driver.join('a');
    driver.join('b');
    const follower = driver.sync('b');
    await settle();
    expect(follower.result).toBeUndefined();
    const leader = driver.sync('a', { a: 'zero', b: 'one' });
    await settle();
    expect([leader, follower].map(({ result }) => result?.assignment.toString())).toEqual(['zero', 'one']);
  });

  it('drops members that do not join again within the rebalance time-out, whatever they send', async () => {
    await driver.stable('a', 'b');
    const newcomer = driver.join('c');
    driver.join('a');
    driver.advance(REBALANCE_MS - 1, 'b');
    await settle();
    expect([newcomer.result, driver.names]).toEqual([undefined, ['a', 'b', 'c']]);
    driver.advance(1);
    await settle();
    expect([newcomer.result?.errorCode, driver.names]).toEqual([0, ['a', 'c']]);
  });

  it('drops a member whose session ends, and tells the others to join again', async () => {
    await driver.stable('a', 'b');
    driver.clock.advance(SESSION_MS - 1);
    expect(driver.heartbeat('b')).toBe(0);
    driver.clock.advance(1);
    expect(driver.names).toEqual(['b']);
    expect(driver.heartbeat('b')).toBe(errorCode('REBALANCE_IN_PROGRESS'));
    expect(driver.heartbeat('a')).toBe(errorCode('UNKNOWN_MEMBER_ID'));
  });

  it('takes a commit for a heartbeat', async () => {
    await driver.stable('a');
    driver.clock.advance(SESSION_MS - 1);
    driver.group.noteCommit(driver.idOf('a'));
    driver.clock.advance(SESSION_MS - 1);
    expect(driver.names).toEqual(['a']);
  });

  it('keeps the session of a member that waits for others', async () => {
    await driver.stable('a', 'b');
    driver.join('a');
    driver.advance(2 * SESSION_MS, 'b');
    expect(driver.names).toEqual(['a', 'b']);
  });

  it('forgets a new member whose JoinGroup has waited for five minutes', async () => {
    await driver.stable('a');
    const newcomer = driver.join('b', { ...joining(), rebalanceTimeoutMs: 2 * NEW_MEMBER_JOIN_TIMEOUT_MS });
    driver.advance(NEW_MEMBER_JOIN_TIMEOUT_MS - 1, 'a');
    await settle();
    expect(newcomer.result).toBeUndefined();
    driver.advance(1);
    await settle();
    expect(newcomer.result).toMatchObject({ errorCode: errorCode('UNKNOWN_MEMBER_ID'), memberId: '' });
  });

  it('drops members that send no SyncGroup within the rebalance time-out, also when the leader has', async () => {
    await driver.stable('a', 'b');
    driver.join('a');
    driver.join('b');
    driver.sync('a', { a: 'all' });
    expect(driver.group.state).toBe('Stable');
    driver.advance(REBALANCE_MS, 'a', 'b');
    expect([driver.names, driver.group.state]).toEqual([['a'], 'PreparingRebalance']);
  });

  it('is empty, with its offsets and without a timer, when the last member has left', async () => {
    await driver.stable('a');
    driver.group.offsets.commit('orders', 0, { offset: 7, leaderEpoch: 0, metadata: null });
    expect(driver.leave('a')).toBe(0);
    expect([driver.group.state, driver.group.offsets.get('orders', 0)?.offset, driver.clock.pendingTimers]).toEqual([
      'Empty',
      7,
      0,
    ]);
  });

  it('waits for a member that was given its id, until its session is over', async () => {
    await driver.stable('a');
    driver.expectMember('b');
    const known = driver.join('a');
    await settle();
    expect(known.result).toBeUndefined();
    driver.clock.advance(SESSION_MS);
    await settle();
    expect(known.result?.generationId).toBe(2);
  });

  it('keeps a static member that does not join again until its session is over', async () => {
    const instance = { ...request(''), groupInstanceId: 'one' };
    const first = ask(driver.group.join(instance));
    driver.clock.advance(0);
    await settle();
    driver.ids.set('static', first.result?.memberId ?? '');
    driver.join('b');
    driver.heartbeat('static');
    driver.clock.advance(SESSION_MS - 1);
    expect(driver.names).toEqual(['static', 'b']);
    driver.clock.advance(1);
    expect(driver.names).toEqual(['b']);
  });

  it('refuses the member that is one too many, and the last to come back when the group is full', async () => {
    driver = new GroupDriver({ maxSize: 2 });
    await driver.stable('a', 'b');
    expect(driver.group.join(request(''))).toMatchObject({ errorCode: errorCode('GROUP_MAX_SIZE_REACHED') });
    driver.join('a');
    expect(driver.names).toEqual(['a', 'b']);
    driver.join('b');
    expect(driver.group.generationId).toBe(3);
  });

  it('leaves no timer when it is closed', async () => {
    await driver.stable('a', 'b');
    driver.expectMember('c');
    driver.join('a');
    expect(driver.clock.pendingTimers).toBeGreaterThan(0);
    driver.group.close();
    expect(driver.clock.pendingTimers).toBe(0);
  });
});
