import { apis, errorName } from 'kafka-wire';
import { refusal, type Refusal } from '../log/refusal.js';
import { defineHandler, type RequestContext } from './api-handler.js';

export const alterPartitionReassignments = defineHandler({
  api: apis.AlterPartitionReassignments,
  versions: { min: 0, max: 1 },

  handle: ({ topics, allowReplicationFactorChange }, context) => ({
    allowReplicationFactorChange,
    errorMessage: null,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, replicas }) => {
        const refused = reassign(name, partitionIndex, replicas, allowReplicationFactorChange, context);
        return { partitionIndex, errorCode: refused?.errorCode ?? 0, errorMessage: refused?.message ?? null };
      }),
    })),
  }),

  refuse: (_request, code) => ({ errorCode: code, errorMessage: errorName(code) }),
});

/** Moves replicas at once: there is nothing to copy. Null would cancel a reassignment that is under way; there is never one. */
function reassign(
  topic: string,
  index: number,
  replicas: readonly number[] | null,
  mayChangeFactor: boolean,
  { cluster }: RequestContext,
): Refusal | undefined {
  const partition = cluster.partition(topic, index);
  if (partition === undefined) return refusal('UNKNOWN_TOPIC_OR_PARTITION', `${topic}-${index} does not exist`);
  if (replicas === null) return refusal('NO_REASSIGNMENT_IN_PROGRESS', 'there is none to cancel');
  const isSound = replicas.length > 0 && new Set(replicas).size === replicas.length;
  if (!isSound || replicas.some((id) => cluster.node(id) === undefined)) {
    return refusal('INVALID_REPLICA_ASSIGNMENT', 'replicas must be different brokers that are there');
  }
  if (!mayChangeFactor && replicas.length !== partition.replicas.length) {
    return refusal('INVALID_REPLICATION_FACTOR', 'the replication factor must stay');
  }
  cluster.elections.reassign(partition, replicas);
  return undefined;
}
