import { describe, expect, it } from 'vitest';

import { Placeholder } from './placeholder.js';
import { WaitingLine } from './waiting-line.js';
import { WaitingRecord } from './waiting-record.js';

const NOBODY = (): void => {};

function record(sinceMs: number): WaitingRecord {
  return new WaitingRecord('t', sinceMs, NOBODY, NOBODY, NOBODY, undefined);
}

/** Counts how often a line asks a record whether it is still there. */
class CountedLooks {
  count = 0;

  at(waiting: WaitingRecord): WaitingRecord {
    let hasLeft = false;
    Object.defineProperty(waiting, 'hasLeft', {
      get: () => (this.count++, hasLeft),
      set: (value: boolean) => {
        hasLeft = value;
      },
    });
    return waiting;
  }
}

describe('a waiting line', () => {
  it('looks at each record a few times in all, however often deadlines come', () => {
    const line = new WaitingLine();
    const looks = new CountedLooks();
    const many = 5_000;
    for (let i = 0; i < many; i++) line.push(looks.at(record(i)));
    for (let now = 0; now < many; now++) {
      for (let due = line.waitingSince(now); due !== undefined; due = line.waitingSince(now)) line.leave(due);
      line.head();
      line.nextSinceMs();
      expect(line.length).toBe(many - now - 1);
    }
    expect(line.isEmpty).toBe(true);
    expect(looks.count).toBeLessThan(many * 15);
  });

  it('knows whose time is over behind a place that is only kept', () => {
    const line = new WaitingLine();
    const place = new Placeholder(3, 0, NOBODY);
    line.hold(place);
    const behind = record(10);
    line.push(behind);
    expect([line.length, line.head(), line.oldestSinceMs(), line.nextSinceMs()]).toEqual([4, undefined, 0, 10]);
    expect([line.waitingSince(9), line.waitingSince(10)]).toEqual([undefined, behind]);
    line.leave(behind);
    line.fill(place, { sinceMs: 20, make: () => record(20) });
    expect([line.length, line.head()?.sinceMs, line.nextSinceMs()]).toEqual([3, 20, 20]);
    for (let due = line.waitingSince(20); due !== undefined; due = line.waitingSince(20)) line.leave(due);
    expect([line.length, line.head(), line.isEmpty, line.nextSinceMs()]).toEqual([0, undefined, true, Infinity]);
  });

  it('counts a place that is given up no more, and passes on', () => {
    const line = new WaitingLine();
    const place = new Placeholder(3, 0, NOBODY);
    line.hold(place);
    const behind = record(1);
    line.push(behind);
    line.giveUp(place);
    expect([line.length, line.head()]).toEqual([1, behind]);
  });
});
