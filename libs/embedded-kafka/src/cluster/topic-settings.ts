import type { LogLimits } from '../log/log-limits.js';
import type { BatchLimits } from '../log/acceptance.js';

/** What a partition needs to know of its topic. */
export interface TopicSettings {
  readonly name: string;
  readonly minInSyncReplicas: number;
  readonly batchLimits: BatchLimits;
  readonly logLimits: LogLimits;
}
