import type { TimerHandle } from '../time/clock.js';

/** How a follower fetches: so many milliseconds behind its leader, or not at all. */
export type ReplicationLag = number | 'stopped';

/** How far one replica of a partition has come. Changed by `Replication` and by elections. */
export class Replica {
  /** The offset it would fetch next. For the leader the log says it, not this. */
  logEndOffset = 0;
  /** When it last had all its leader had; only then it may count as in sync for `replica.lag.time.max.ms` more. */
  caughtUpAtMs = 0;
  /** Of this partition alone; the larger one of this and the broker's counts. */
  lag: ReplicationLag = 0;
  /** Set while a fetch of a lagging follower is under way. */
  fetching: TimerHandle;

  constructor(readonly nodeId: number) {}
}

/** The larger of two lags. */
export function slower(one: ReplicationLag, other: ReplicationLag): ReplicationLag {
  return one === 'stopped' || other === 'stopped' ? 'stopped' : Math.max(one, other);
}
