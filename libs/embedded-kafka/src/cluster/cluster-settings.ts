import type { LoadedCodecs } from '../log/loaded-codecs.js';

export interface ClusterSettings {
  readonly host: string;
  readonly autoCreateTopics: boolean;
  readonly defaultPartitions: number;
  readonly defaultReplicationFactor: number;
  readonly topicPropagationMs: number;
  readonly codecs: LoadedCodecs;
  /** `replica.lag.time.max.ms` */
  readonly replicaLagTimeMaxMs?: number;
  /** `broker.session.timeout.ms` */
  readonly brokerSessionTimeoutMs?: number;
}
