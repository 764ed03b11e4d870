import { describe, expect, it } from 'vitest';

import { leaderlessRun } from './units/leaderless-run.js';

const SEEDS = (process.env['SEED'] ?? '1,2,3').split(',').map(Number);
const LEADERLESS_MS = 60_000;
/** Of the 99th percentile, against that of before. */
const SLOWER_AT_MOST = 10;

describe('a topic that has no leader for a minute', () => {
  it.each(SEEDS)('holds up units that touch it, and leaves the others as fast as they were (seed %i)', async (seed) => {
    const run = await leaderlessRun(seed, LEADERLESS_MS);
    const [normal, meanwhile] = [p99(run.normalMs), p99(run.meanwhileMs)];
    console.log(
      `seed ${seed}: p99 of ${run.normalMs.length} units before ${normal.toFixed(1)} ms, of ${run.meanwhileMs.length} meanwhile ` +
        `${meanwhile.toFixed(1)} ms, the slowest ${Math.max(...run.meanwhileMs).toFixed(0)} ms; held up ${run.sickMs.length}, ${run.setApart} set apart`,
    );
    expect(run.problems).toEqual([]);
    expect(run.meanwhileMs.length).toBeGreaterThan(run.normalMs.length);
    expect(run.setApart).toBeGreaterThan(0);
    expect(Math.max(...run.sickMs)).toBeGreaterThan(LEADERLESS_MS / 2);
    expect(meanwhile).toBeLessThanOrEqual(SLOWER_AT_MOST * normal);
  });
});

function p99(durations: readonly number[]): number {
  const sorted = durations.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
}
