import { describe, expect, it } from 'vitest';

import { ManualClock } from '../time/spec-support/manual-clock.js';
import { Delivery, type DeliveryPlan } from './delivery.js';

function started(frame: string | undefined, plan: DeliveryPlan) {
  const clock = new ManualClock();
  const gone = new AbortController();
  const events: string[] = [];
  const write = (piece: Buffer) => void events.push(piece.toString());
  const delivery = new Delivery(frame === undefined ? undefined : Buffer.from(frame), plan, clock);
  delivery.start({ write, signal: gone.signal }, () => events.push('done'));
  return { clock, gone, events };
}

describe('Delivery', () => {
  it('writes piece by piece, each when it is due', () => {
    const { clock, events } = started('abcde', { pieces: { bytes: 2, everyMs: 10 } });
    expect(events).toEqual(['ab']);
    clock.advance(10);
    expect(events).toEqual(['ab', 'cd']);
    clock.advance(10);
    expect([events, clock.pendingTimers]).toEqual([['ab', 'cd', 'e', 'done'], 0]);
  });

  it('writes at once and goes on when the connection may be heard again', () => {
    const { clock, events } = started('abc', { muteMs: 100 });
    clock.advance(99);
    expect(events).toEqual(['abc']);
    clock.advance(1);
    expect([events, clock.pendingTimers]).toEqual([['abc', 'done'], 0]);
  });

  it('mutes where nothing is answered', () => {
    const { clock, events } = started(undefined, { muteMs: 100 });
    clock.advance(100);
    expect(events).toEqual(['done']);
  });

  it('ends with its client', () => {
    const { clock, gone, events } = started('abcde', { pieces: { bytes: 2, everyMs: 10 } });
    gone.abort();
    clock.advance(100);
    expect([events, clock.pendingTimers]).toEqual([['ab'], 0]);
  });
});
