import type { BatchLimits } from '../log/batch-check.js';
import { Partition } from './partition.js';
import { configValue, type TopicConfigs } from './topic-configs.js';
import type { TopicSettings } from './topic-settings.js';

export class Topic implements TopicSettings {
  readonly partitions: Partition[] = [];
  /** Kafka's settings that differ from their defaults. */
  readonly configs: TopicConfigs;
  readonly batchLimits: BatchLimits;
  readonly minInSyncReplicas: number;

  constructor(
    readonly name: string,
    /** Tells a topic from a later one of the same name. */
    readonly id: string,
    /** Replicas of each partition, the preferred leader first. */
    assignment: readonly (readonly number[])[],
    configs: TopicConfigs,
  ) {
    this.configs = configs;
    this.minInSyncReplicas = Number(configValue(configs, 'min.insync.replicas'));
    this.batchLimits = {
      maxMessageBytes: Number(configValue(configs, 'max.message.bytes')),
      timestampAfterMaxMs: Number(configValue(configs, 'message.timestamp.after.max.ms')),
      logAppendTime: configValue(configs, 'message.timestamp.type') === 'LogAppendTime',
    };
    this.addPartitions(assignment);
  }

  get replicationFactor(): number {
    return this.partitions[0]?.replicas.length ?? 0;
  }

  addPartitions(assignment: readonly (readonly number[])[]): void {
    for (const replicas of assignment) this.partitions.push(new Partition(this, this.partitions.length, replicas));
  }
}
