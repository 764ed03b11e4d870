import type { Clock, TimerHandle } from '../../support/clock.js';
import type { CommitLane } from './commit-lane.js';

/** @returns false when they were not all idle at the same time within `timeoutMs` */
export async function idleWithin(lanes: readonly CommitLane[], timeoutMs: number, clock: Clock): Promise<boolean> {
  if (lanes.every(({ isIdle }) => isIdle)) return true;
  let timer: TimerHandle | undefined;
  const idle = new Promise<boolean>((resolve) => {
    for (const lane of lanes) lane.onIdle = () => lanes.every(({ isIdle }) => isIdle) && resolve(true);
    timer = clock.setTimeout(() => resolve(false), timeoutMs);
  });
  const isIdle = await idle;
  clock.clearTimeout(timer);
  return isIdle;
}
