import { describe, expect, it } from 'vitest';

import { CompressionRatio } from './compression-ratio.js';

describe('the compression ratio of a topic', () => {
  it('expects nothing to shrink before it has seen a batch', () => {
    expect(new CompressionRatio().estimate(1_000)).toBeGreaterThanOrEqual(1_000);
  });

  it('comes close to what batches shrink to, from above', () => {
    const ratio = new CompressionRatio();
    const estimates = Array.from({ length: 20 }, () => {
      ratio.observe(1_000, 200);
      return ratio.estimate(1_000);
    });
    expect(estimates.every((estimate) => estimate > 200)).toBe(true);
    expect(estimates.at(-1)).toBeLessThan(250);
  });

  it('believes a batch that became larger than expected at once', () => {
    const ratio = new CompressionRatio();
    for (let i = 0; i < 20; i++) ratio.observe(1_000, 100);
    ratio.observe(1_000, 800);
    expect(ratio.estimate(1_000)).toBeGreaterThanOrEqual(800);
  });

  it('knows that a codec can make records larger', () => {
    const ratio = new CompressionRatio();
    ratio.observe(100, 130);
    expect(ratio.estimate(100)).toBeGreaterThanOrEqual(130);
  });
});
