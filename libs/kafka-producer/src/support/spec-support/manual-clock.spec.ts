import { describe, expect, it } from 'vitest';

import { ManualClock } from './manual-clock.js';

describe('a manual clock', () => {
  it('fires timers in the order they are due, at their moments', async () => {
    const clock = new ManualClock();
    const fired: [string, number][] = [];
    clock.setTimeout(() => fired.push(['late', clock.now()]), 20);
    clock.setTimeout(() => fired.push(['early', clock.now()]), 10);
    await clock.advance(19);
    expect(fired).toEqual([['early', 10]]);
    await clock.advance(1);
    expect(fired).toEqual([
      ['early', 10],
      ['late', 20],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fires what a timer sets within the same stretch of time', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.setTimeout(() => clock.setTimeout(() => fired.push(clock.now()), 5), 5);
    await clock.advance(10);
    expect(fired).toEqual([10]);
  });

  it('lets promises settle before the next timer', async () => {
    const clock = new ManualClock();
    const order: string[] = [];
    clock.setTimeout(() => void Promise.resolve().then(() => order.push('reaction')), 1);
    clock.setTimeout(() => order.push('next timer'), 2);
    await clock.advance(2);
    expect(order).toEqual(['reaction', 'next timer']);
  });

  it('runs the end of the turn before any timer, and the ends of turns that follow from it', async () => {
    const clock = new ManualClock();
    const order: string[] = [];
    clock.setTimeout(() => order.push('timer'), 0);
    clock.setImmediate(() => {
      order.push('turn');
      clock.setImmediate(() => order.push('next turn'));
    });
    await clock.advance(0);
    expect(order).toEqual(['turn', 'next turn', 'timer']);
  });

  it('forgets a timer that is cleared', async () => {
    const clock = new ManualClock();
    let fired = false;
    const timer = clock.setTimeout(() => (fired = true), 1);
    clock.clearTimeout(timer);
    clock.clearTimeout(undefined);
    await clock.advance(10);
    expect([fired, clock.pendingTimers]).toEqual([false, 0]);
  });

  it('moves the time of day with it', async () => {
    const clock = new ManualClock({ nowMs: 5, epochMs: 1_000 });
    await clock.advance(10);
    expect([clock.now(), clock.wallTime()]).toEqual([15, 1_015]);
  });
});
