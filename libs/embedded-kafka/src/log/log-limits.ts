/** What a topic keeps, and for how long. */
export interface LogLimits {
  /** `cleanup.policy` includes delete: old records go. */
  readonly isDeleting: boolean;
  /** `cleanup.policy` includes compact: of the records with one key the last stays. */
  readonly isCompacting: boolean;
  /** In milliseconds since a record's time; -1: forever. */
  readonly retentionMs: number;
  /** Of a partition; -1: no limit. */
  readonly retentionBytes: number;
  /** Old records go segment by segment: so many bytes make one. */
  readonly segmentBytes: number;
  /** A segment ends when a record is so much younger than its first one, in milliseconds. */
  readonly segmentMs: number;
  /** How long a tombstone stays after it was first cleaned, in milliseconds. */
  readonly deleteRetentionMs: number;
  /** How long a record stays as it is before it is compacted away, in milliseconds. */
  readonly minCompactionLagMs: number;
}
