import { describe, expect, it } from 'vitest';

import { backoffMs } from './retry-backoff.js';

const SETTINGS = { retryBackoffMs: 100, retryBackoffMaxMs: 1_000 };

describe('the back-off between attempts', () => {
  it.each([
    { failures: 1, least: 80, middle: 100, most: 120 },
    { failures: 2, least: 160, middle: 200, most: 240 },
    { failures: 4, least: 640, middle: 800, most: 960 },
    { failures: 5, least: 800, middle: 1_000, most: 1_000 },
    { failures: 1_000_000, least: 800, middle: 1_000, most: 1_000 },
  ])('after failure $failures lies between $least and $most ms', ({ failures, least, middle, most }) => {
    expect(backoffMs(failures, { ...SETTINGS, random: () => 0 })).toBeCloseTo(least);
    expect(backoffMs(failures, { ...SETTINGS, random: () => 0.5 })).toBeCloseTo(middle);
    expect(backoffMs(failures, { ...SETTINGS, random: () => 1 })).toBeCloseTo(most);
  });
});
