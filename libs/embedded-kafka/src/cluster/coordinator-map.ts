import { errorCode } from 'kafka-wire';
import { isRefusal } from '../log/refusal.js';
import type { ClusterState, Node } from './cluster-state.js';
import type { Partition } from './partition.js';
import type { Topic } from './topic.js';
import { INTERNAL_TOPICS } from './internal-topics.js';

export type CoordinatorType = keyof typeof INTERNAL_TOPICS;

export interface CoordinatorSettings {
  /** Partitions of each internal topic: among so many leaders the keys are spread. */
  readonly partitions: number;
  /** Milliseconds a new coordinator answers COORDINATOR_LOAD_IN_PROGRESS: it reads its partition first. */
  readonly loadMs: number;
}

/** Where one internal partition stands: who reads it until when. */
interface Loading {
  leaderEpoch: number;
  loadedAtMs: number;
}

/**
 * Which broker coordinates a group or a transactional id: the leader of the key's partition of an internal topic.
 *
 * What coordinators know is shared by all brokers, as if each had read it from the log. The internal topics are created by the first who
 * asks, as in Kafka.
 */
export class CoordinatorMap {
  readonly #loading = new Map<Partition, Loading>();

  constructor(
    readonly cluster: ClusterState,
    readonly settings: CoordinatorSettings = { partitions: 3, loadMs: 0 },
  ) {}

  /** The broker that coordinates a key; undefined while there is none: COORDINATOR_NOT_AVAILABLE. */
  nodeFor(type: CoordinatorType, key: string): Node | undefined {
    const partition = this.#partition(type, key);
    const node = partition && this.cluster.node(partition.leader);
    return node?.isUp ? node : undefined;
  }

  /** Why this broker cannot serve the key, or 0. Whether the key itself is sound is the caller's to check. */
  check(type: CoordinatorType, key: string, brokerId: number): number {
    const partition = this.#partition(type, key);
    if (partition?.leader !== brokerId) return errorCode('NOT_COORDINATOR');
    const loadedAtMs = this.#loading.get(partition)?.loadedAtMs ?? -Infinity;
    return this.cluster.clock.wallTime() < loadedAtMs ? errorCode('COORDINATOR_LOAD_IN_PROGRESS') : 0;
  }

  /** Why nobody can serve the key now, or 0. */
  availability(type: CoordinatorType, key: string): number {
    const node = this.nodeFor(type, key);
    return node === undefined ? errorCode('COORDINATOR_NOT_AVAILABLE') : this.check(type, key, node.id);
  }

  /** Index of the key's partition of the internal topic. */
  partitionOf(type: CoordinatorType, key: string): number {
    const count = this.#topic(INTERNAL_TOPICS[type])?.partitions.length ?? this.settings.partitions;
    return coordinatorPartition(key, count);
  }

  /** @throws RangeError when the node cannot lead the key's partition: it is down or not in sync */
  move(type: CoordinatorType, key: string, nodeId: number): void {
    const partition = this.#partition(type, key);
    if (partition === undefined) throw new RangeError(`no broker can coordinate ${type} "${key}" now`);
    this.cluster.moveLeader(partition.topic.name, partition.index, nodeId);
  }

  #partition(type: CoordinatorType, key: string): Partition | undefined {
    const { partitions } = this.#topic(INTERNAL_TOPICS[type]) ?? {};
    return partitions?.[coordinatorPartition(key, partitions.length)];
  }

  #topic(name: string): Topic | undefined {
    const found = this.cluster.topic(name);
    if (found !== undefined) return found;
    const { partitions } = this.settings;
    const plan = this.cluster.planTopic({ name, partitions, replicationFactor: -1, configs: new Map() });
    if (isRefusal(plan)) return undefined;
    const topic = this.cluster.addTopic(name, plan, 0);
    for (const partition of topic.partitions) this.#watch(partition);
    return topic;
  }

  /** Whoever is elected reads the partition first; the first leader has nothing to read. */
  #watch(partition: Partition): void {
    const loading: Loading = { leaderEpoch: partition.leaderEpoch, loadedAtMs: -Infinity };
    this.#loading.set(partition, loading);
    partition.watchers.add(() => {
      if (partition.leaderEpoch === loading.leaderEpoch) return;
      loading.leaderEpoch = partition.leaderEpoch;
      loading.loadedAtMs = this.cluster.clock.wallTime() + this.settings.loadMs;
    });
  }
}

/** Kafka's `partitionFor`: the absolute value of Java's `String.hashCode`, modulo the partitions. */
export function coordinatorPartition(key: string, partitionCount: number): number {
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(31, hash) + key.charCodeAt(at)) | 0;
  return (hash === -0x8000_0000 ? 0 : Math.abs(hash)) % partitionCount;
}
