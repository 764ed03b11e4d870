import { describe, expect, it } from 'vitest';

import { Random } from '../time/random.js';
import { EventQueue, type QueuedEvent } from './event-queue.js';

function takeAll(queue: EventQueue): void {
  for (let fire = queue.take(); fire !== undefined; fire = queue.take()) fire();
}

describe('EventQueue', () => {
  it('gives events by moment, then by tie, then as they were added', () => {
    const queue = new EventQueue();
    const taken: string[] = [];
    const rows: readonly [atMs: number, tie: number, name: string][] = [
      [2, 0, 'late'],
      [1, 0.5, 'middle'],
      [1, 0.5, 'middle, added later'],
      [1, 0.9, 'last of its moment'],
      [1, 0.1, 'first of its moment'],
    ];
    for (const [atMs, tie, name] of rows) queue.add(atMs, tie, () => taken.push(name));
    expect(queue.nextAtMs).toBe(1);
    takeAll(queue);
    expect(taken).toEqual(['first of its moment', 'middle', 'middle, added later', 'last of its moment', 'late']);
    expect(queue.nextAtMs).toBe(Infinity);
  });

  it('keeps its order through thousands of cancellations', () => {
    const random = new Random(1);
    const queue = new EventQueue();
    const kept: QueuedEvent[] = [];
    const taken: QueuedEvent[] = [];
    for (let count = 0; count < 10_000; count++) {
      const event: QueuedEvent = queue.add(random.integer(0, 500), random.next(), () => void taken.push(event));
      if (random.chance(0.8)) queue.cancel(event);
      else kept.push(event);
    }
    expect(queue.size).toBe(kept.length);
    takeAll(queue);
    expect(taken).toEqual(kept.toSorted((a, b) => a.atMs - b.atMs || a.tie - b.tie));
    expect(queue.size).toBe(0);
  });

  it('does not mind that an event is cancelled after it was taken, or twice', () => {
    const queue = new EventQueue();
    const event = queue.add(1, 0, () => {});
    const other = queue.add(2, 0, () => {});
    queue.take();
    queue.cancel(event);
    queue.cancel(other);
    queue.cancel(other);
    expect([queue.size, queue.take()]).toEqual([0, undefined]);
  });
});
