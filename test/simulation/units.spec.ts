import { describe, expect, it } from 'vitest';

import { unitsRun } from './units/units-run.js';

/** `SEED=17` runs that one; `SEEDS=1000` so many, from `SEED` or 1 on. */
const { SEED, SEEDS } = process.env;
const FIRST = Number(SEED ?? 1);
const COUNT = Number(SEEDS ?? (SEED === undefined ? 100 : 1));
/** Few seeds say nothing about shares. */
const ENOUGH_SEEDS = 50;

describe('units of work in trouble', () => {
  it(
    `are whole or nowhere, once, and told the truth, in ${COUNT} seeds from ${FIRST} on`,
    { timeout: 3_600_000 },
    async () => {
      const failed: string[] = [];
      const total = { committed: 0, aborted: 0, unknown: 0, failed: 0 };
      let hits = 0;
      for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
        const run = await unitsRun(seed);
        if (run.problems.length > 0) failed.push(`SEED=${seed}\n  ${run.problems.slice(0, 5).join('\n  ')}`);
        for (const [told, count] of run.told) total[told] += count;
        hits += run.hits;
      }
      console.log(total, `${hits} strikes`);
      expect(failed.join('\n')).toBe('');
      expect(hits).toBeGreaterThan(COUNT);
      const units = total.committed + total.aborted + total.unknown;
      const isEnough = COUNT >= ENOUGH_SEEDS;
      expect(isEnough ? total.committed / units : 1).toBeGreaterThan(0.9);
      expect(isEnough ? total.unknown / units : 0).toBeLessThan(0.02);
    },
  );
});
