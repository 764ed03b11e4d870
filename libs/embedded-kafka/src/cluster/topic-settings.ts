import type { BatchLimits } from '../log/batch-check.js';

/** What a partition needs to know of its topic. */
export interface TopicSettings {
  readonly name: string;
  readonly minInSyncReplicas: number;
  readonly batchLimits: BatchLimits;
}
