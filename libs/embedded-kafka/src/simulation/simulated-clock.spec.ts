import { describe, expect, it } from 'vitest';

import { Simulation } from './simulation.js';

function createClock() {
  const simulation = new Simulation({ seed: 1 });
  const fired: string[] = [];
  const note = (name: string) => (): void => void fired.push(`${name} at ${simulation.clock.now()}`);
  return { simulation, clock: simulation.clock, fired, note };
}

describe('SimulatedClock', () => {
  it.each([
    [0, 1],
    [-5, 1],
    [Number.NaN, 1],
    [0.9, 1],
    [10.9, 10],
    [2 ** 31, 1],
    [2 ** 31 - 1, 2 ** 31 - 1],
  ])('takes a delay of %d ms for %d ms, as Node does', async (delayMs, takenMs) => {
    const { simulation, clock, fired, note } = createClock();
    clock.setTimeout(note('timer'), delayMs);
    await simulation.runFor(takenMs);
    expect(fired).toEqual([`timer at ${takenMs}`]);
  });

  it('fires timers of one moment in the order they were set', async () => {
    const { simulation, clock, fired, note } = createClock();
    for (const name of ['a', 'b', 'c']) clock.setTimeout(note(name), 10);
    await simulation.runFor(10);
    expect(fired).toEqual(['a at 10', 'b at 10', 'c at 10']);
  });

  it('does not fire what was cleared', async () => {
    const { simulation, clock, fired, note } = createClock();
    clock.clearTimeout(clock.setTimeout(note('cleared'), 10));
    clock.clearTimeout(undefined);
    expect(simulation.pendingEvents).toBe(0);
    await simulation.runFor(20);
    expect(fired).toEqual([]);
  });

  it('runs immediates in the moment they were asked for, after every promise reaction', async () => {
    const { simulation, clock, fired, note } = createClock();
    clock.setTimeout(() => {
      clock.setImmediate(note('first'));
      clock.setImmediate(note('second'));
      void Promise.resolve().then(note('reaction'));
      process.nextTick(note('tick'));
    }, 5);
    await simulation.runFor(100);
    expect(fired).toEqual(['tick at 5', 'reaction at 5', 'first at 5', 'second at 5'].toSorted(asFired(fired)));
    expect(fired.slice(2)).toEqual(['first at 5', 'second at 5']);
  });
});

/** Ticks and reactions have an order of their own that is Node's business. */
function asFired(fired: readonly string[]) {
  return (a: string, b: string): number => fired.indexOf(a) - fired.indexOf(b);
}
