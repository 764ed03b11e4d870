import { beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../support/spec-support/manual-clock.js';
import { Pulse } from './pulse.js';

describe('the pulse of a consumer', () => {
  let clock: ManualClock;
  let pulse: Pulse;
  let beats: string[];
  beforeEach(() => {
    clock = new ManualClock();
    pulse = new Pulse(clock, 100);
    beats = [];
  });

  /** @returns ends the work */
  function start(name: string): () => void {
    let end!: () => void;
    const work = new Promise<void>((resolve) => (end = resolve));
    const beat = (): Promise<void> => (beats.push(name), Promise.reject(new Error('the group is rebalancing')));
    void pulse.during(beat, () => work);
    return end;
  }

  it('beats while the work lasts, whatever the answers are, and not longer', async () => {
    const end = start('a');
    await clock.advance(250);
    end();
    await clock.advance(500);
    expect(beats).toEqual(['a', 'a']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('beats on for one partition when the work for another one is over', async () => {
    const endFirst = start('a');
    await clock.advance(50);
    const endSecond = start('b');
    endFirst();
    await clock.advance(300);
    expect(beats).toEqual(['b', 'b', 'b']);
    endSecond();
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });
});
