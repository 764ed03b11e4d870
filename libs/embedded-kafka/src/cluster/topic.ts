import type { BatchLimits } from '../log/acceptance.js';
import type { LogLimits } from '../log/log-limits.js';
import { Partition } from './partition.js';
import { configValue, logLimits, targetCompression, type TopicConfigs } from './topic-configs.js';
import type { TopicSettings } from './topic-settings.js';

export class Topic implements TopicSettings {
  readonly partitions: Partition[] = [];
  #configs!: TopicConfigs;
  #batchLimits!: BatchLimits;
  #logLimits!: LogLimits;
  #minInSyncReplicas!: number;
  #uncleanLeaderElection!: boolean;

  constructor(
    readonly name: string,
    /** Tells a topic from a later one of the same name. */
    readonly id: string,
    /** Replicas of each partition, the preferred leader first. */
    assignment: readonly (readonly number[])[],
    configs: TopicConfigs,
  ) {
    this.reconfigure(configs);
    this.addPartitions(assignment);
  }

  /** Kafka's settings that differ from their defaults. */
  get configs(): TopicConfigs {
    return this.#configs;
  }

  get batchLimits(): BatchLimits {
    return this.#batchLimits;
  }

  get logLimits(): LogLimits {
    return this.#logLimits;
  }

  get minInSyncReplicas(): number {
    return this.#minInSyncReplicas;
  }

  get uncleanLeaderElection(): boolean {
    return this.#uncleanLeaderElection;
  }

  get replicationFactor(): number {
    return this.partitions[0]?.replicas.length ?? 0;
  }

  /**
   * Gives the topic other settings, from the next request on; records that are there stay as they are.
   *
   * @param configs all that differ from their defaults from now on, checked with `configProblem` before
   */
  reconfigure(configs: TopicConfigs): void {
    this.#configs = configs;
    this.#minInSyncReplicas = Number(configValue(configs, 'min.insync.replicas'));
    this.#uncleanLeaderElection = configValue(configs, 'unclean.leader.election.enable') === 'true';
    this.#batchLimits = {
      maxMessageBytes: Number(configValue(configs, 'max.message.bytes')),
      timestampBeforeMaxMs: Number(configValue(configs, 'message.timestamp.before.max.ms')),
      timestampAfterMaxMs: Number(configValue(configs, 'message.timestamp.after.max.ms')),
      logAppendTime: configValue(configs, 'message.timestamp.type') === 'LogAppendTime',
      needsKeys: configValue(configs, 'cleanup.policy').includes('compact'),
      compressionType: targetCompression(configs),
    };
    this.#logLimits = logLimits(configs);
    // Followers may be enough now, or too few.
    for (const partition of this.partitions) partition.watchers.notify();
  }

  addPartitions(assignment: readonly (readonly number[])[]): void {
    for (const replicas of assignment) this.partitions.push(new Partition(this, this.partitions.length, replicas));
  }
}
