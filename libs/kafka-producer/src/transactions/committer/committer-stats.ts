/** Counters only grow. */
export interface CommitterStats {
  readonly groupsCommitted: number;
  /** Submitted, without a verdict. */
  readonly waitingUnits: number;
  /** How long the oldest of those has waited. Unit: milliseconds; 0 when there is none. */
  readonly oldestUncommittedAgeMs: number;
  /** Of those, waiting for partitions that do not answer. */
  readonly quarantinedUnits: number;
}
