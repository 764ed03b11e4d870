import { describe, expect, it } from 'vitest';

import { unitViolations, type UnitTold } from './check-units.js';
import { partOf, unitValue, wholeUnit } from './unit-record.js';

const PARTS = wholeUnit(2);
const kindsOf = (told: UnitTold, ...seen: readonly string[]): string[] =>
  unitViolations(
    [{ name: 'a', told, parts: PARTS }],
    seen.map((part) => ({ name: 'a', part })),
  ).map((text) => text.slice(0, text.indexOf(':')));

describe('the checker of units', () => {
  it.each([
    ['committed', ['lost'], ['torn'], []],
    ['aborted', [], ['torn'], ['undead']],
    ['failed', [], ['torn'], ['undead']],
    ['unknown', [], ['torn'], []],
    ['unsettled', [], ['torn'], []],
  ] as const)('finds of a unit that is %s nothing, a part or all of it, where it must not be', (told, ...expected) => {
    expect([kindsOf(told), kindsOf(told, '1/2'), kindsOf(told, '1/2', '2/2')]).toEqual(expected);
  });

  it('finds what is seen twice, and what nobody sent', () => {
    expect(kindsOf('committed', '1/2', '2/2', '2/2')).toEqual(['doubled']);
    expect(unitViolations([], [{ name: 'b', part: '1/1' }])).toEqual(['unheard of: b, seen as 1/1']);
  });

  it('reads of a record which part of which unit it is', () => {
    expect(partOf(unitValue('a', 2, 3))).toEqual({ name: 'a', part: '2/3' });
    expect(wholeUnit(3)).toEqual(['1/3', '2/3', '3/3']);
  });
});
