import { describe, expect, it } from 'vitest';

import { DISTURBANCES } from './nemesis/nemesis.js';
import { describeRun } from './nemesis/describe-run.js';
import { nemesisRun, type NemesisRun } from './nemesis/nemesis-run.js';

/** `SEED=17` runs that one; `SEEDS=2000` so many, from `SEED` or 1 on. */
const { SEED, SEEDS } = process.env;
const FIRST = Number(SEED ?? 1);
const COUNT = Number(SEEDS ?? (SEED === undefined ? 500 : 1));
/** Few seeds cannot meet every kind of trouble. */
const ENOUGH_SEEDS = 300;

describe('the nemesis', () => {
  it(
    `finds nothing lost, doubled, reordered or left behind in ${COUNT} seeds from ${FIRST} on`,
    { timeout: 3_600_000 },
    async () => {
      const hits = new Map<string, number>();
      const total = { records: 0, acknowledged: 0, possibly: 0 };
      const failed: NemesisRun[] = [];
      for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
        const run = await nemesisRun(seed);
        if (run.problems.length > 0) failed.push(run);
        for (const [name, count] of run.hits) hits.set(name, (hits.get(name) ?? 0) + count);
        total.records += run.records;
        total.acknowledged += run.acknowledged;
        total.possibly += run.possibly;
      }
      console.log(total, Object.fromEntries(DISTURBANCES.map((name) => [name, hits.get(name) ?? 0])));
      expect(failed.map(describeRun).join('\n\n')).toBe('');
      if (COUNT < ENOUGH_SEEDS) return;
      expect(DISTURBANCES.filter((name) => (hits.get(name) ?? 0) === 0)).toEqual([]);
      expect(total.acknowledged / total.records).toBeGreaterThan(0.75);
      expect(total.possibly / total.records).toBeLessThan(0.1);
    },
  );

  it('does the same to the last byte when the seed is the same', async () => {
    const [first, again] = [await nemesisRun(FIRST), await nemesisRun(FIRST)];
    expect(again.hash).toBe(first.hash);
  });
});
