import { apis, errorCode, errorName, type RequestOf, type ResponseInput } from 'kafka-wire';
import { MAX_PARTITIONS_PER_REQUEST } from '../cluster/topic-plan.js';
import { refusal, type Refusal } from '../log/refusal.js';
import { defineHandler, type RequestContext } from './api-handler.js';

type Wanted = RequestOf<typeof apis.CreatePartitions>['topics'][number];
type Result = NonNullable<ResponseInput<typeof apis.CreatePartitions>['results']>[number];

export const createPartitions = defineHandler({
  api: apis.CreatePartitions,
  versions: { min: 0, max: 3 },

  handle: (request, context) => {
    let room = MAX_PARTITIONS_PER_REQUEST;
    const { topics, validateOnly } = request;
    const results = [...new Map(topics.map((topic) => [topic.name, topic])).values()].map((wanted): Result => {
      const added = wanted.count - (context.cluster.topic(wanted.name)?.partitions.length ?? 0);
      room -= Math.max(0, added);
      // Kafka runs over its own limit here and does not say more either.
      if (added > 0 && room < 0) return { name: wanted.name, errorCode: errorCode('UNKNOWN_SERVER_ERROR') };
      const isRepeated = topics.filter(({ name }) => name === wanted.name).length > 1;
      const problem = isRepeated
        ? refusal('INVALID_REQUEST', `topic ${wanted.name} is named more than once`)
        : extend(wanted, validateOnly, context);
      return { name: wanted.name, errorCode: problem?.errorCode ?? 0, errorMessage: problem?.message ?? null };
    });
    return { results };
  },

  refuse: (request, code) => ({
    results: request.topics.map(({ name }) => ({ name, errorCode: code, errorMessage: errorName(code) })),
  }),
});

function extend(
  { name, count, assignments }: Wanted,
  validateOnly: boolean,
  { cluster }: RequestContext,
): Refusal | undefined {
  const topic = cluster.topic(name);
  if (topic === undefined) return refusal('UNKNOWN_TOPIC_OR_PARTITION', `topic '${name}' does not exist`);
  const present = topic.partitions.length;
  if (count <= present) return refusal('INVALID_PARTITIONS', `topic '${name}' has ${present} partitions already`);
  const replicas = assignments?.map(({ brokerIds }) => brokerIds);
  const problem = replicas && assignmentProblem(replicas, count - present, topic.replicationFactor, cluster);
  if (problem !== undefined) return refusal('INVALID_REPLICA_ASSIGNMENT', problem);
  if (!validateOnly) cluster.addPartitions(topic, count, replicas);
  return undefined;
}

function assignmentProblem(
  replicas: readonly (readonly number[])[],
  added: number,
  factor: number,
  cluster: RequestContext['cluster'],
): string | undefined {
  if (replicas.length !== added) return `${added} partitions are to be added, ${replicas.length} are assigned`;
  const isSound = (nodeIds: readonly number[]) =>
    new Set(nodeIds).size === nodeIds.length &&
    nodeIds.length === factor &&
    nodeIds.every((id) => cluster.node(id) !== undefined) &&
    nodeIds.some((id) => cluster.node(id)?.isUp);
  return replicas.every(isSound) ? undefined : `every partition needs ${factor} different brokers, one of them up`;
}
