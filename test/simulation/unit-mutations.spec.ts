import { describe, expect, it } from 'vitest';

import { mutantUnits } from './mutants/mutant-producer.js';
import { UNIT_BUGS } from './mutants/unit-mutants.js';
import { unitsRun, type UnitsLibrary, type UnitsRun } from './units/units-run.js';

/** In which the library itself is sound. */
const SEEDS = Array.from({ length: 50 }, (_, index) => index + 571);

/** The first seed that shows that something is wrong. */
async function firstFound(library: UnitsLibrary): Promise<UnitsRun | undefined> {
  for (const seed of SEEDS) {
    const run = await unitsRun(seed, library);
    if (run.problems.length > 0) return run;
  }
  return undefined;
}

describe('units of work in trouble', () => {
  it.each(Object.keys(UNIT_BUGS))('find out a producer that %s', { timeout: 120_000 }, async (name) => {
    const found = await firstFound(await mutantUnits(name));
    console.log(`found by seed ${found?.plan.seed}: ${found?.problems.slice(0, 3).join('\n  ')}`);
    expect(found, 'no seed has found it').toBeDefined();
  });
});
