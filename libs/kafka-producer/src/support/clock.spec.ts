import { afterEach, describe, expect, it, vi } from 'vitest';

import { systemClock } from './clock.js';

describe('the system clock', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('asks Node for no timer of a moment that passed while its delay was computed: Node 24 would warn on stderr', () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout');

    systemClock.clearTimeout(systemClock.setTimeout(() => {}, -0.042));

    expect(setTimeout).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 0);
  });
});
