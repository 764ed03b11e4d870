import { describe, expect, it } from 'vitest';

import { MemoryReturn } from './memory-return.js';

const MIB = 2 ** 20;

const ways = [
  ['as this Node can', new MemoryReturn()],
  ['as Node 20 can', new MemoryReturn(false)],
] as const;

describe.each(ways)('memory that is given back %s', (_way, memory) => {
  it('is free before the collector looks', async () => {
    const buffers = Array.from({ length: 16 }, () => Buffer.allocUnsafeSlow(MIB));
    const before = process.memoryUsage().arrayBuffers;
    for (const buffer of buffers) memory.free(buffer);
    // A port closes some turns after it was told to. The collector cannot have freed what is still referred to.
    await expect.poll(() => process.memoryUsage().arrayBuffers).toBeLessThan(before - 15 * MIB);
    expect(buffers.map(({ length }) => length)).toEqual(buffers.map(() => 0));
  });

  it('is left alone when it is a part of something', () => {
    const whole = Buffer.allocUnsafeSlow(2_000);
    const part = whole.subarray(0, 1_000);
    memory.free(part);
    expect([part.length, whole.length]).toEqual([1_000, 2_000]);
  });

  it('keeps no handle open', async () => {
    memory.free(Buffer.allocUnsafeSlow(1_000));
    await expect.poll(() => process.getActiveResourcesInfo()).not.toContain('MessagePort');
  });
});
