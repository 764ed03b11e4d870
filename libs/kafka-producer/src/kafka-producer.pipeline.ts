import type { ChecksumFunction } from 'kafka-wire';

import type { Cluster } from './cluster/cluster.js';
import { publish } from './observability/channels.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import type { PipelineSettings } from './pipeline/pipeline-settings.js';
import { ProducerPipeline } from './pipeline/producer-pipeline.js';
import type { RequestScopes } from './scope/request-scopes.js';
import { systemClock } from './support/clock.js';

/** What the stages are told: of the plain pipeline, and of the one of transactions. */
export function pipelineSettings(
  options: ResolvedOptions,
  checksum: ChecksumFunction,
  { current: scope }: RequestScopes,
): PipelineSettings {
  const { producer, codec, serializers, defaultHeaders, propagateHeaders, resolveTopic } = options;
  const acks = producer.acks === 'all' ? -1 : producer.acks;
  const headers = { defaultHeaders, propagateHeaders, scope };
  return { ...producer, acks, codec, checksum, serializers, ...headers, resolveTopic };
}

export function createPipeline(name: string, settings: PipelineSettings, cluster: Cluster): ProducerPipeline {
  return new ProducerPipeline(settings, cluster, systemClock, {
    batchFailed: (error, { topic, partition, recordCount }) =>
      publish('nestjs-kafka-producer:delivery-failed', { producer: name, topic, partition, recordCount, error }),
  });
}
