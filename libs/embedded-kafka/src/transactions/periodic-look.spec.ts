import { describe, expect, it } from 'vitest';

import { ManualClock } from '../time/spec-support/manual-clock.js';
import { PeriodicLook } from './periodic-look.js';

describe('PeriodicLook', () => {
  it('looks at fixed times, however late it was started, and rests when there is nothing', () => {
    const clock = new ManualClock(1_000);
    const looks: number[] = [];
    const look = new PeriodicLook(clock, 100, () => looks.push(clock.wallTime()) < 2);
    clock.advance(130);
    expect(clock.pendingTimers).toBe(0);
    look.start();
    look.start();
    clock.advance(1_000);
    expect(looks).toEqual([1_200, 1_300]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves no timer when it is stopped', () => {
    const clock = new ManualClock();
    const look = new PeriodicLook(clock, 100, () => true);
    look.start();
    look.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
