import { describe, expect, it } from 'vitest';

import { BufferMemory, type MemoryWaiter } from './buffer-memory.js';

function waiting(memory: BufferMemory, granted: number[], ...sizes: number[]): MemoryWaiter[] {
  return sizes.map((bytes, turn) => {
    const waiter = { bytes, turn, grant: () => void granted.push(bytes) };
    memory.wait(waiter);
    return waiter;
  });
}

describe('the buffer memory', () => {
  it('gives bytes while there are any, to the last one', () => {
    const memory = new BufferMemory(100);
    expect([memory.tryReserve(60), memory.tryReserve(41), memory.tryReserve(40)]).toEqual([true, false, true]);
    expect(memory.usedBytes).toBe(100);
    memory.release(100);
    expect(memory.usedBytes).toBe(0);
  });

  it('serves waiters in the order they came, as soon as the first of them fits', () => {
    const memory = new BufferMemory(100);
    const granted: number[] = [];
    memory.tryReserve(100);
    waiting(memory, granted, 50, 10, 20);
    memory.release(40);
    expect(granted).toEqual([]);
    memory.release(30);
    expect(granted).toEqual([50, 10]);
    expect(memory.usedBytes).toBe(90);
    memory.release(10);
    expect(granted).toEqual([50, 10, 20]);
  });

  it('serves an earlier call first, although it comes to wait later', () => {
    const memory = new BufferMemory(100);
    const granted: string[] = [];
    memory.tryReserve(100);
    for (const [turn, name] of [
      [4, 'fourth'],
      [9, 'ninth'],
      [1, 'first'],
      [5, 'fifth'],
    ] as const)
      // prettier-ignore
      memory.wait({ bytes: 20, turn, grant: () => granted.push(name) });
    memory.release(40);
    expect(granted).toEqual(['first', 'fourth']);
    memory.release(10);
    expect([memory.tryReserve(10, 6), memory.tryReserve(10, 4)]).toEqual([false, true]);
    memory.release(50);
    expect(granted).toEqual(['first', 'fourth', 'fifth', 'ninth']);
  });

  it('lets no small record overtake a large one that waits', () => {
    const memory = new BufferMemory(100);
    memory.tryReserve(60);
    waiting(memory, [], 50);
    expect(memory.tryReserve(1)).toBe(false);
    expect(memory.isContended).toBe(true);
  });

  it('serves those behind somebody who gives up', () => {
    const memory = new BufferMemory(100);
    const granted: number[] = [];
    memory.tryReserve(60);
    const [large] = waiting(memory, granted, 50, 10);
    memory.cancel(large!);
    expect(granted).toEqual([10]);
    expect(memory.isContended).toBe(false);
  });

  it('takes nothing from somebody who gives up after he was served', () => {
    const memory = new BufferMemory(100);
    memory.tryReserve(100);
    const [waiter] = waiting(memory, [], 50);
    memory.release(100);
    memory.cancel(waiter!);
    expect(memory.usedBytes).toBe(50);
  });

  it('serves in order when somebody gives his bytes back at once', () => {
    const memory = new BufferMemory(10);
    const granted: string[] = [];
    memory.tryReserve(10);
    memory.wait({
      bytes: 10,
      turn: 1,
      grant: () => {
        granted.push('first');
        memory.release(10);
      },
    });
    memory.wait({ bytes: 10, turn: 2, grant: () => granted.push('second') });
    memory.release(10);
    expect(granted).toEqual(['first', 'second']);
    expect(memory.usedBytes).toBe(10);
  });
});
