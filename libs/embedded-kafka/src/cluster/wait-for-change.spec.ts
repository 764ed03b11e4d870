import { beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../time/spec-support/manual-clock.js';
import { waitForChange } from './wait-for-change.js';
import { Watchers } from './watchers.js';

let clock: ManualClock;
let watchers: Watchers;
let client: AbortController;
let isDone: boolean;

beforeEach(() => {
  clock = new ManualClock();
  watchers = new Watchers();
  client = new AbortController();
  isDone = false;
});

const wait = (timeoutMs = 100) =>
  waitForChange({ on: [{ watchers }], timeoutMs, clock, signal: client.signal, isDone: () => isDone });

describe('waitForChange', () => {
  it('does not wait for what is done, nor without time', () => {
    expect(wait(0)).toBe(false);
    isDone = true;
    expect(wait()).toBe(true);
  });

  it.each([
    [
      'the change',
      true,
      () => {
        isDone = true;
        watchers.notify();
      },
    ],
    ['the time', false, () => clock.advance(100)],
    ['the client', false, () => client.abort()],
  ] as const)('is ended by %s and leaves nothing behind', async (_name, happened, end) => {
    const waiting = wait();
    watchers.notify();
    expect([watchers.size, clock.pendingTimers]).toEqual([1, 1]);
    end();
    expect(await waiting).toBe(happened);
    expect([watchers.size, clock.pendingTimers]).toEqual([0, 0]);
  });
});
