import { describe, expect, it } from 'vitest';

import { ManualClock } from '../support/spec-support/manual-clock.js';
import { WakeUp } from './wake-up.js';

function wakeUp(): { wakeUp: WakeUp; clock: ManualClock; calls: number[] } {
  const clock = new ManualClock();
  const calls: number[] = [];
  return { wakeUp: new WakeUp(clock, () => calls.push(clock.now())), clock, calls };
}

describe('a wake-up', () => {
  it('runs once at the end of the turn, however often it is asked', async () => {
    const { wakeUp: subject, clock, calls } = wakeUp();
    subject.soon();
    subject.soon();
    expect(calls).toEqual([]);
    await clock.settle();
    expect(calls).toEqual([0]);
  });

  it('runs again in the next turn when it is asked while it runs', async () => {
    const clock = new ManualClock();
    let runs = 0;
    const subject: WakeUp = new WakeUp(clock, () => {
      if (++runs === 1) subject.soon();
    });
    subject.soon();
    await clock.settle();
    expect(runs).toBe(2);
  });

  it('runs at the earliest of the moments it was asked for, with one timer', async () => {
    const { wakeUp: subject, clock, calls } = wakeUp();
    for (const moment of [30, 10, 20, Infinity]) subject.at(moment);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(100);
    expect(calls).toEqual([10]);
  });

  it('may be asked for a later moment after it has run', async () => {
    const { wakeUp: subject, clock, calls } = wakeUp();
    subject.at(10);
    await clock.advance(10);
    subject.at(25);
    await clock.advance(20);
    expect(calls).toEqual([10, 25]);
  });

  it('never wakes for a moment that never comes', () => {
    const { wakeUp: subject, clock } = wakeUp();
    subject.at(Infinity);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves no timer when it rests, and still runs at the end of the turn', async () => {
    const { wakeUp: subject, clock, calls } = wakeUp();
    subject.at(10);
    subject.soon();
    subject.rest();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(50);
    expect(calls).toEqual([0]);
    subject.at(60);
    await clock.advance(10);
    expect(calls).toEqual([0, 60]);
  });

  it('runs no more once it is cancelled', async () => {
    const { wakeUp: subject, clock, calls } = wakeUp();
    subject.at(10);
    subject.soon();
    subject.cancel();
    subject.soon();
    subject.at(5);
    await clock.advance(50);
    expect([calls, clock.pendingTimers]).toEqual([[], 0]);
  });
});
