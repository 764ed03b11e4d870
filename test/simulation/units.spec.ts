import { describe, expect, it } from 'vitest';

import { unitsRun } from './units/units-run.js';

/** `SEED=17` runs that one; `SEEDS=1000` so many, from `SEED` or 1 on. */
const { SEED, SEEDS } = process.env;
const FIRST = Number(SEED ?? 1);
const COUNT = Number(SEEDS ?? (SEED === undefined ? 100 : 1));
/** Few seeds say nothing about shares. */
const ENOUGH_SEEDS = 50;
/** Each must have happened to some unit. */
const EVERY_END = ['committed', 'failed', 'unknown', 'rejected', 'timeout', 'marked', 'predecessor-failed'];

describe('units of work in trouble', () => {
  it(
    `are whole or nowhere, once, and told the truth, in ${COUNT} seeds from ${FIRST} on`,
    { timeout: 3_600_000 },
    async () => {
      const failed: string[] = [];
      const told = new Map<string, number>();
      const sum = { hits: 0, looks: 0 };
      for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
        const { problems, units, hits, looks } = await unitsRun(seed);
        if (problems.length > 0) failed.push(`SEED=${seed}\n  ${problems.slice(0, 8).join('\n  ')}`);
        for (const unit of units) {
          const what = unit.reason ?? String(unit.told);
          told.set(what, (told.get(what) ?? 0) + 1);
        }
        sum.hits += hits;
        sum.looks += looks;
      }
      console.log(Object.fromEntries(told), sum);
      expect(failed.join('\n')).toBe('');
      if (COUNT < ENOUGH_SEEDS) return;
      const count = (what: string): number => told.get(what) ?? 0;
      const units = Array.from(told.values()).reduce((total, each) => total + each, 0);
      expect(EVERY_END.filter((what) => count(what) === 0)).toEqual([]);
      expect(count('committed') / units).toBeGreaterThan(0.7);
      expect(count('unknown') / units).toBeLessThan(0.02);
      expect(sum.hits).toBeGreaterThan(5 * COUNT);
      expect(sum.looks).toBeGreaterThan(10 * COUNT);
    },
  );

  it('are the same to the last byte when the seed is the same', async () => {
    const [first, again] = [await unitsRun(FIRST), await unitsRun(FIRST)];
    expect(again.hash).toBe(first.hash);
  });
});
