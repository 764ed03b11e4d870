import { beforeEach, describe, expect, it } from 'vitest';

import { GroupDriver, joining, settle } from './spec-support/group-driver.js';

let driver: GroupDriver;

describe('the first members of a group', () => {
  beforeEach(() => {
    driver = new GroupDriver({ initialRebalanceDelayMs: 3_000 });
  });

  it('are gathered for the initial delay', async () => {
    const first = driver.join('a');
    driver.clock.advance(2_999);
    await settle();
    expect(first.result).toBeUndefined();
    driver.clock.advance(1);
    await settle();
    expect(first.result?.generationId).toBe(1);
  });

  it('get the delay once more for every one in which somebody came', async () => {
    const first = driver.join('a');
    driver.clock.advance(2_999);
    driver.join('b');
    driver.clock.advance(1);
    await settle();
    expect(first.result).toBeUndefined();
    driver.clock.advance(3_000);
    await settle();
    expect(first.result?.members).toHaveLength(2);
  });

  it('are not waited for beyond the rebalance time-out of the first', async () => {
    const first = driver.join('a', { ...joining(), rebalanceTimeoutMs: 7_000 });
    for (const name of ['b', 'c', 'd']) {
      driver.clock.advance(2_300);
      driver.join(name, { ...joining(), rebalanceTimeoutMs: 7_000 });
    }
    await settle();
    expect(first.result).toBeUndefined();
    driver.clock.advance(100);
    await settle();
    expect(first.result?.members).toHaveLength(4);
  });

  it('do not include one that has its id and has not come back with it', async () => {
    const first = driver.join('a');
    driver.expectMember('b');
    driver.clock.advance(3_000);
    await settle();
    expect(first.result?.members).toHaveLength(1);
  });
});
