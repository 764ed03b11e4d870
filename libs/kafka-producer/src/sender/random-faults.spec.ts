import { describe, expect, it } from 'vitest';

import { RandomRun, type Ending } from './spec-support/random-run.js';

async function expectNoViolations(from: number, isIdempotent: boolean, ending: Ending): Promise<void> {
  for (let seed = from; seed < from + 50; seed++) {
    const violations = await new RandomRun(seed, isIdempotent).violations(ending);
    expect(violations, `seed ${seed}`).toEqual([]);
  }
}

describe('under random faults', () => {
  it.each([0, 50, 100, 150])('an idempotent producer keeps its promises (seeds from %i)', (from) =>
    expectNoViolations(from, true, 'drain'),
  );

  it.each([1_000])('an idempotent producer that is closed keeps its promises (seeds from %i)', (from) =>
    expectNoViolations(from, true, 'close'),
  );

  it.each([2_000])('a producer without idempotence repeats records and does nothing worse (seeds from %i)', (from) =>
    expectNoViolations(from, false, 'drain'),
  );
});
