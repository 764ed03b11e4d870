import { describe, expect, it } from 'vitest';

import { mutantProducer } from './mutants/mutant-producer.js';
import { BUGS } from './mutants/mutants.js';
import { describeRun } from './nemesis/describe-run.js';
import { nemesisRun, type NemesisRun } from './nemesis/nemesis-run.js';

const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);

/** The first seed that shows that something is wrong. */
async function firstFound(producer: Awaited<ReturnType<typeof mutantProducer>>): Promise<NemesisRun | undefined> {
  for (const seed of SEEDS) {
    const run = await nemesisRun(seed, producer);
    if (run.problems.length > 0) return run;
  }
  return undefined;
}

describe('the nemesis', () => {
  it.each(Object.keys(BUGS))('finds out a producer that %s', { timeout: 120_000 }, async (name) => {
    const found = await firstFound(await mutantProducer(name));
    console.log(`found by seed ${found?.plan.seed}: ${found?.problems[0]?.split('\n')[0]}`);
    expect(found, 'no seed has found it').toBeDefined();
  });

  it('finds nothing in a producer whose sequences are near their end', { timeout: 120_000 }, async () => {
    const found = await firstFound(await mutantProducer('near the wrap'));
    expect(found && describeRun(found)).toBeUndefined();
  });
});
