import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Stopped, unlessAborted } from '../src/demo/stopped.js';

const never = new Promise<never>(() => undefined);

describe('waiting unless aborted', () => {
  it('ends as the work does, and leaves no listener', async () => {
    const { signal } = new AbortController();
    await expect(unlessAborted(signal, Promise.resolve(1))).resolves.toBe(1);
    await expect(unlessAborted(signal, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects with the reason, whether it was aborted before or is later', async () => {
    const stop = new AbortController();
    const waiting = unlessAborted(stop.signal, never);
    stop.abort(new Stopped('SIGINT'));
    await expect(waiting).rejects.toMatchObject({ message: 'Stopped by SIGINT.', exitCode: 130 });
    await expect(unlessAborted(stop.signal, never)).rejects.toBeInstanceOf(Stopped);
  });
});
