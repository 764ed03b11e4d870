import { decodeRecordBatchHeaders, encodeRecordBatch, NO_PRODUCER_ID, type RecordBatchHeader } from 'kafka-wire';
import { LoadedCodecs } from '../../log/loaded-codecs.js';
import { isRefusal } from '../../log/refusal.js';
import { Random } from '../../time/random.js';
import { ManualClock } from '../../time/spec-support/manual-clock.js';
import type { ClusterSettings } from '../cluster-settings.js';
import { ClusterState } from '../cluster-state.js';
import type { Appended, Partition } from '../partition.js';

/** Brokers 1 to n, all up, on a clock that stands still. */
export function clusterOnClock(
  brokers = 3,
  settings: Partial<ClusterSettings> = {},
): { clock: ManualClock; cluster: ClusterState } {
  const clock = new ManualClock();
  const nodes = Array.from({ length: brokers }, (_, at) => ({ id: at + 1, port: 0, isUp: true, isFetching: true }));
  const defaults = {
    host: '127.0.0.1',
    autoCreateTopics: false,
    defaultPartitions: 1,
    defaultReplicationFactor: brokers,
    topicPropagationMs: 0,
    codecs: new LoadedCodecs(),
  };
  return { clock, cluster: new ClusterState({ ...defaults, ...settings }, nodes, clock, new Random(1)) };
}

/** The first partition of a new topic; its leader is broker 1. */
export function addTopic(cluster: ClusterState, name: string, configs: Record<string, string> = {}): Partition {
  const settings = new Map(Object.entries(configs));
  const plan = cluster.planTopic({ name, partitions: 1, replicationFactor: -1, configs: settings });
  if (isRefusal(plan)) throw new Error(plan.message);
  cluster.addTopic(name, plan);
  return cluster.partitionOrThrow(name, 0);
}

/** Appends one record as the leader does, from a producer without idempotence unless one is named. */
export async function appendTo(
  cluster: ClusterState,
  partition: Partition,
  producer = { producerId: NO_PRODUCER_ID, producerEpoch: -1, baseSequence: -1 },
): Promise<Appended> {
  const timestamp = cluster.clock.wallTime();
  const bytes = await encodeRecordBatch({ records: [{ value: 'x', timestamp }], producer });
  const [header] = decodeRecordBatchHeaders(bytes);
  const appended = partition.append(bytes, header as RecordBatchHeader, timestamp, cluster.settings.codecs);
  if (isRefusal(appended)) throw new Error(appended.message);
  cluster.replicate(partition);
  return appended;
}
