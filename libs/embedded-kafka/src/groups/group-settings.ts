/** What all groups of a cluster go by. */
export interface GroupSettings {
  /** How long the first rebalance of an empty group waits for more members, in milliseconds (`group.initial.rebalance.delay.ms`). */
  readonly initialRebalanceDelayMs: number;
  /** Session time-outs a member may ask for (`group.min.session.timeout.ms`, `group.max.session.timeout.ms`). */
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** Most members a group may have (`group.max.size`). */
  readonly maxSize: number;
}
