import { apis, errorCode, errorName, type RequestOf, type ResponseInput } from 'kafka-wire';
import { MAX_PARTITIONS_PER_REQUEST, tooManyPartitions, type TopicRequest } from '../cluster/topic-plan.js';
import { describeConfigs } from '../cluster/topic-configs.js';
import { isRefusal } from '../log/refusal.js';
import { defineHandler, type RequestContext } from './api-handler.js';

type Request = RequestOf<typeof apis.CreateTopics>;
type Created = NonNullable<ResponseInput<typeof apis.CreateTopics>['topics']>[number];

const DEFAULT_CONFIG = 5;
const TOPIC_CONFIG = 1;

export const createTopics = defineHandler({
  api: apis.CreateTopics,
  versions: { min: 2, max: 7 },

  handle(request, context) {
    if (recordsFor(request, context) > MAX_PARTITIONS_PER_REQUEST) {
      const { errorCode: code, message } = tooManyPartitions();
      return { topics: request.topics.map(({ name }) => failed(name, code, message)) };
    }
    const asked = new Map<string, { readonly topic: Request['topics'][number]; isRepeated: boolean }>();
    for (const topic of request.topics) {
      const earlier = asked.get(topic.name);
      if (earlier === undefined) asked.set(topic.name, { topic, isRepeated: false });
      else earlier.isRepeated = true;
    }
    const topics = [...asked].map(([name, { topic, isRepeated }]) =>
      isRepeated
        ? failed(name, errorCode('INVALID_REQUEST'), `topic ${name} is asked for more than once`)
        : create(topic, request.validateOnly, context),
    );
    return { topics };
  },

  refuse: (request, code) => ({ topics: request.topics.map(({ name }) => failed(name, code, errorName(code))) }),
});

/** What Kafka's controller would write: one record per topic and per partition. Too many, and it refuses the whole request. */
function recordsFor({ topics }: Request, { cluster }: RequestContext): number {
  let records = topics.length;
  for (const { numPartitions, assignments } of topics) {
    if (assignments.length > 0) records += assignments.length;
    else records += numPartitions === -1 ? cluster.settings.defaultPartitions : Math.max(0, numPartitions);
  }
  return records;
}

function create(wanted: Request['topics'][number], validateOnly: boolean, { cluster }: RequestContext): Created {
  const isAssigned = wanted.assignments.length > 0;
  if (isAssigned && (wanted.numPartitions !== -1 || wanted.replicationFactor !== -1)) {
    return failed(wanted.name, errorCode('INVALID_REQUEST'), 'replicas are assigned: partitions and factor must be -1');
  }
  if (!isConsecutive(wanted.assignments)) {
    const why = 'assigned partitions must be numbered from 0, each once';
    return failed(wanted.name, errorCode('INVALID_REPLICA_ASSIGNMENT'), why);
  }
  const request: TopicRequest = {
    name: wanted.name,
    partitions: wanted.numPartitions,
    replicationFactor: wanted.replicationFactor,
    configs: new Map(wanted.configs.map(({ name, value }) => [name, value])),
    ...(isAssigned && { assignment: inOrder(wanted.assignments) }),
  };
  const plan = cluster.planTopic(request);
  if (isRefusal(plan)) return failed(wanted.name, plan.errorCode, plan.message);
  const { assignment, configs } = plan;
  return {
    name: wanted.name,
    topicId: validateOnly ? cluster.random.uuid() : cluster.addTopic(wanted.name, plan).id,
    errorMessage: null,
    numPartitions: assignment.length,
    replicationFactor: assignment[0]?.length ?? -1,
    configs: describeConfigs(configs).map(({ name, value, isDefault }) => ({
      name,
      value,
      configSource: isDefault ? DEFAULT_CONFIG : TOPIC_CONFIG,
    })),
  };
}

function isConsecutive(assignments: Request['topics'][number]['assignments']): boolean {
  const indexes = assignments.map(({ partitionIndex }) => partitionIndex).toSorted((one, other) => one - other);
  return indexes.every((index, at) => index === at);
}

function inOrder(assignments: Request['topics'][number]['assignments']): readonly (readonly number[])[] {
  return assignments
    .toSorted((one, other) => one.partitionIndex - other.partitionIndex)
    .map(({ brokerIds }) => brokerIds);
}

function failed(name: string, code: number, message: string): Created {
  return { name, errorCode: code, errorMessage: message, configs: null };
}
