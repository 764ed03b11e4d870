import { describe, expect, it } from 'vitest';

import { Awaited } from './awaited.js';

describe('Awaited', () => {
  it('resolves with the first value that is the one awaited', async () => {
    const awaited = new Awaited<number>();
    const even = awaited.next((value) => value % 2 === 0);
    for (const value of [1, 4, 6]) awaited.offer(value);
    expect(await even).toBe(4);
  });

  it('rejects what is awaited when nothing comes any more, and what is awaited later', async () => {
    const awaited = new Awaited<number>();
    const before = awaited.next(() => true);
    awaited.close(new Error('over'));
    awaited.close(new Error('over again'));
    await expect(before).rejects.toThrow(/^over$/);
    await expect(awaited.next(() => true)).rejects.toThrow(/^over$/);
  });
});
