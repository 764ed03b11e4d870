import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';

import { replayedOutcome } from './replayed-outcome.js';

/** A failure is told at the end of the turn after the one that made it. */
const endOfTurn = async () => {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};

describe('the outcome of work that has begun', () => {
  it('reaches a subscriber that is there before, and one that comes later', async () => {
    let resolve: (result: string) => void = () => {};
    const outcome = replayedOutcome(
      new Promise<string>((settle) => (resolve = settle)),
      vi.fn<(error: unknown) => void>(),
    );
    const early = lastValueFrom(outcome.pipe(toArray()));
    resolve('done');
    expect(await early).toEqual(['done']);
    await endOfTurn();
    expect(await lastValueFrom(outcome.pipe(toArray()))).toEqual(['done']);
  });

  it('is the same error for all who subscribe', async () => {
    const error = new Error('no');
    const outcome = replayedOutcome(Promise.reject(error), vi.fn<(error: unknown) => void>());
    await expect(firstValueFrom(outcome)).rejects.toBe(error);
    await endOfTurn();
    await expect(firstValueFrom(outcome)).rejects.toBe(error);
  });
});

describe('a failure', () => {
  it('that nobody subscribed to is told, once', async () => {
    const unheard = vi.fn<(error: unknown) => void>();
    const error = new Error('no');
    replayedOutcome(Promise.reject(error), unheard);
    await endOfTurn();
    expect(unheard.mock.calls).toEqual([[error]]);
  });

  it('is not told when somebody subscribed before', async () => {
    const unheard = vi.fn<(error: unknown) => void>();
    const heard = firstValueFrom(replayedOutcome(Promise.reject(new Error('no')), unheard));
    await expect(heard).rejects.toThrow('no');
    await endOfTurn();
    expect(unheard).not.toHaveBeenCalled();
  });

  it('is not told when somebody subscribes in the turn in which it happened, as Nest does with what a handler returns', async () => {
    const unheard = vi.fn<(error: unknown) => void>();
    const outcome = replayedOutcome(Promise.reject(new Error('no')), unheard);
    for (let i = 0; i < 5; i++) await Promise.resolve();
    await expect(firstValueFrom(outcome)).rejects.toThrow('no');
    await endOfTurn();
    expect(unheard).not.toHaveBeenCalled();
  });

  it('is told when the only subscriber has left, for example at a time-out', async () => {
    const unheard = vi.fn<(error: unknown) => void>();
    let reject: (error: Error) => void = () => {};
    const outcome = replayedOutcome(new Promise((_, settle) => (reject = settle)), unheard);
    outcome.subscribe({ error: () => {} }).unsubscribe();
    reject(new Error('no'));
    await endOfTurn();
    expect(unheard).toHaveBeenCalledOnce();
  });
});
