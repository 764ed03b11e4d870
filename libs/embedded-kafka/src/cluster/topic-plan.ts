import { isRefusal, refusal, type Refusal } from '../log/refusal.js';
import { assignReplicas, type BrokersByReadiness } from './replica-assignment.js';
import { configProblem, type TopicConfigs } from './topic-configs.js';
import { topicNameProblem } from './topic-name.js';

/** A topic somebody wants. -1 stands for the cluster's default. */
export interface TopicRequest {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: ReadonlyMap<string, string | null>;
  /** Replicas of each partition; instead of the two numbers, which are -1 then. */
  readonly assignment?: readonly (readonly number[])[];
}

export interface TopicPlan {
  readonly assignment: readonly (readonly number[])[];
  readonly configs: TopicConfigs;
}

/** Most partitions made by one request: `ReplicationControlManager.MAX_PARTITIONS_PER_BATCH`. */
export const MAX_PARTITIONS_PER_REQUEST = 10_000;

interface Defaults {
  readonly defaultPartitions: number;
  readonly defaultReplicationFactor: number;
}

/** Checks a wanted topic as Kafka's controller does, and places its replicas. */
export function planTopic(request: TopicRequest, brokers: BrokersByReadiness, defaults: Defaults): TopicPlan | Refusal {
  const nameProblem = topicNameProblem(request.name);
  if (nameProblem !== undefined) return refusal('INVALID_TOPIC_EXCEPTION', nameProblem);
  const configs = new Map<string, string>();
  for (const [name, value] of request.configs) {
    const problem = configProblem(name, value);
    if (problem !== undefined) return refusal('INVALID_CONFIG', problem);
    configs.set(name, value as string);
  }
  const assignment =
    request.assignment === undefined
      ? placeReplicas(request, brokers, defaults)
      : checkAssignment(request.assignment, [...brokers.up, ...brokers.down]);
  return isRefusal(assignment) ? assignment : { assignment, configs };
}

function placeReplicas(request: TopicRequest, brokers: BrokersByReadiness, defaults: Defaults): number[][] | Refusal {
  const partitions = request.partitions === -1 ? defaults.defaultPartitions : request.partitions;
  const factor = request.replicationFactor === -1 ? defaults.defaultReplicationFactor : request.replicationFactor;
  if (partitions <= 0)
    return refusal('INVALID_PARTITIONS', `the number of partitions must be above 0, not ${partitions}`);
  if (partitions > MAX_PARTITIONS_PER_REQUEST) return tooManyPartitions();
  if (factor <= 0)
    return refusal('INVALID_REPLICATION_FACTOR', `the replication factor must be above 0, not ${factor}`);
  const brokerCount = brokers.up.length + brokers.down.length;
  if (factor > brokerCount) {
    return refusal(
      'INVALID_REPLICATION_FACTOR',
      `a replication factor of ${factor} needs as many brokers; there are ${brokerCount}`,
    );
  }
  if (brokers.up.length === 0) return refusal('INVALID_REPLICATION_FACTOR', 'no broker is up');
  return assignReplicas(brokers, partitions, factor);
}

export function tooManyPartitions(): Refusal {
  return refusal('POLICY_VIOLATION', `a request may make at most ${MAX_PARTITIONS_PER_REQUEST} partitions`);
}

function checkAssignment(
  assignment: readonly (readonly number[])[],
  nodeIds: readonly number[],
): readonly (readonly number[])[] | Refusal {
  const width = assignment[0]?.length ?? 0;
  const isSound = assignment.every(
    (replicas) =>
      replicas.length === width &&
      width > 0 &&
      new Set(replicas).size === width &&
      replicas.every((id) => nodeIds.includes(id)),
  );
  return isSound
    ? assignment
    : refusal('INVALID_REPLICA_ASSIGNMENT', 'every partition needs the same number of different, known replicas');
}
