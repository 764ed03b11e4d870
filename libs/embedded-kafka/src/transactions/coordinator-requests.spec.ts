import { errorName } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../time/spec-support/manual-clock.js';
import { CoordinatorRequests } from './coordinator-requests.js';

const ROUND_TRIP_MS = 2;

function setUp() {
  const clock = new ManualClock();
  const requests = new CoordinatorRequests(clock, ROUND_TRIP_MS);
  const told: string[] = [];
  const put = (name: string, epoch = 0, transactionalId = 'tx') => {
    const answer = requests.put('1 to 2', {
      transactionalId,
      epoch,
      ask: () => `${name} asked`,
      refuse: (code) => `${name} ${errorName(code)}`,
    });
    void Promise.resolve(answer).then((one) => told.push(one));
  };
  const turn = () =>
    new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(() => queueMicrotask(resolve))));
  return { clock, requests, told, put, turn };
}

describe('CoordinatorRequests', () => {
  it('has one on its way, and lets the last of the others of an id wait', async () => {
    const { clock, told, put, turn } = setUp();
    for (const name of ['a', 'b', 'c']) put(name);
    put('other', 0, 'tx-2');
    await turn();
    expect(told).toEqual(['b NETWORK_EXCEPTION']);
    clock.advance(ROUND_TRIP_MS);
    await turn();
    expect(told).toEqual(['b NETWORK_EXCEPTION', 'a asked']);
    clock.advance(ROUND_TRIP_MS);
    await turn();
    expect(told.slice(2)).toEqual(['c asked', 'other asked']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets the higher epoch wait and fences the lower', async () => {
    const { told, put, turn } = setUp();
    put('first', 1);
    put('new', 2);
    put('old', 1);
    put('newer', 3);
    await turn();
    expect(told).toEqual(['old INVALID_PRODUCER_EPOCH', 'new INVALID_PRODUCER_EPOCH']);
  });

  it('leaves no timer behind', () => {
    const { clock, requests, put } = setUp();
    put('a');
    requests.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
