import type { Clock } from '../time/clock.js';
import type { Watchers } from './watchers.js';

export interface ChangeToWaitFor {
  readonly on: readonly { readonly watchers: Watchers }[];
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Aborted when the client is gone: there is nobody left to wait for. */
  readonly signal: AbortSignal;
  /** Asked once at the start and after every change. */
  readonly isDone: () => boolean;
}

/** True when it happened, false when the time was over or the client left. Leaves no timer and no watcher behind. */
export function waitForChange({ on, timeoutMs, clock, signal, isDone }: ChangeToWaitFor): Promise<boolean> | boolean {
  if (isDone()) return true;
  if (timeoutMs <= 0 || signal.aborted) return false;
  return new Promise((resolve) => {
    const settle = (happened: boolean) => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      for (const { watchers } of on) watchers.remove(look);
      resolve(happened);
    };
    const look = () => {
      if (isDone()) settle(true);
    };
    const giveUp = () => settle(false);
    const timer = clock.setTimeout(giveUp, timeoutMs);
    signal.addEventListener('abort', giveUp);
    for (const { watchers } of on) watchers.add(look);
  });
}
