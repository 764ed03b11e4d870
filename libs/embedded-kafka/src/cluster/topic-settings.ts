import type { LogLimits } from '../log/log-limits.js';
import type { BatchLimits } from '../log/acceptance.js';

/** What a partition needs to know of its topic. */
export interface TopicSettings {
  readonly name: string;
  readonly minInSyncReplicas: number;
  /** Whether a replica that lacks records may lead when no other can (`unclean.leader.election.enable`). */
  readonly uncleanLeaderElection: boolean;
  readonly batchLimits: BatchLimits;
  readonly logLimits: LogLimits;
}
