import type { Codecs } from '../log/acceptance.js';

export interface ClusterSettings {
  readonly host: string;
  readonly autoCreateTopics: boolean;
  readonly defaultPartitions: number;
  readonly defaultReplicationFactor: number;
  readonly topicPropagationMs: number;
  readonly codecs: Codecs;
  /** `replica.lag.time.max.ms` */
  readonly replicaLagTimeMaxMs?: number;
  /** `broker.session.timeout.ms` */
  readonly brokerSessionTimeoutMs?: number;
}
