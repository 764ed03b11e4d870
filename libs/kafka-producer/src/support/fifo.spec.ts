import { describe, expect, it } from 'vitest';

import { Fifo } from './fifo.js';

function fifoOf(...items: number[]): Fifo<number> {
  const fifo = new Fifo<number>();
  for (const item of items) fifo.push(item);
  return fifo;
}

describe('a fifo', () => {
  it('hands items out in the order they came', () => {
    const fifo = fifoOf(1, 2, 3);
    expect([fifo.peek(), fifo.shift(), fifo.shift(), fifo.shift(), fifo.shift()]).toEqual([1, 1, 2, 3, undefined]);
    expect(fifo.length).toBe(0);
  });

  it('takes items again after it was empty', () => {
    const fifo = fifoOf(1);
    fifo.shift();
    fifo.push(2);
    expect([fifo.length, fifo.peek()]).toEqual([1, 2]);
  });

  it('keeps order and length while it is filled and emptied by turns, past the point where it moves what is left', () => {
    const fifo = new Fifo<number>();
    const out: (number | undefined)[] = [];
    for (let i = 0; i < 5_000; i++) {
      fifo.push(i);
      if (i % 3 > 0) out.push(fifo.shift());
    }
    expect(fifo.length).toBe(5_000 - out.length);
    out.push(...fifo);
    expect(out).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
  });

  it('takes one item out of the middle', () => {
    const fifo = fifoOf(1, 2, 3);
    fifo.shift();
    expect([fifo.remove(3), fifo.remove(3), fifo.remove(1)]).toEqual([true, false, false]);
    expect([...fifo]).toEqual([2]);
  });
});
