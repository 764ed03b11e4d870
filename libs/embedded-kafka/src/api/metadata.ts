import { apis, errorCode, ZERO_UUID, type RequestOf, type ResponseInput } from 'kafka-wire';
import { isInternalTopic } from '../cluster/internal-topics.js';
import { NO_LEADER, type Partition } from '../cluster/partition.js';
import type { Topic } from '../cluster/topic.js';
import { topicNameProblem } from '../cluster/topic-name.js';
import { isRefusal } from '../log/refusal.js';
import { defineHandler, type RequestContext } from './api-handler.js';

type Request = RequestOf<typeof apis.Metadata>;
type AskedTopic = NonNullable<Request['topics']>[number];
type TopicResponse = NonNullable<ResponseInput<typeof apis.Metadata>['topics']>[number];

const TOPIC_IDS_SINCE_VERSION = 12;
const DEFAULTS = { partitions: -1, replicationFactor: -1, configs: new Map<string, string>() };

export const metadata = defineHandler({
  api: apis.Metadata,
  versions: { min: 4, max: 13 },
  handle(request, context) {
    if (context.apiVersion < TOPIC_IDS_SINCE_VERSION && request.topics?.some(needsTopicIds)) {
      return { topics: request.topics.map((topic) => failed(topic, errorCode('INVALID_REQUEST'))) };
    }
    return { ...clusterPart(context), topics: topicsOf(request, context) };
  },
  refuse(request, code, context) {
    const topics = (request.topics ?? []).map((topic) => failed(topic, code));
    return { ...clusterPart(context), topics, errorCode: topics.length === 0 ? code : 0 };
  },
});

/** The field has been there for two versions before brokers could make anything of it. */
function needsTopicIds({ name, topicId }: AskedTopic): boolean {
  return name === null || topicId !== ZERO_UUID;
}

function failed({ name, topicId }: AskedTopic, code: number): TopicResponse {
  return { name: name ?? '', topicId, errorCode: code };
}

function clusterPart({ cluster }: RequestContext) {
  return {
    clusterId: cluster.id,
    controllerId: cluster.controllerId,
    brokers: cluster.liveNodes.map(({ id, port }) => ({ nodeId: id, host: cluster.settings.host, port })),
  };
}

function topicsOf(request: Request, context: RequestContext): TopicResponse[] {
  const { cluster } = context;
  if (request.topics === null) return [...cluster.topics].map((topic) => describe(topic, context));
  return request.topics.map(({ name, topicId }) => {
    if (topicId !== ZERO_UUID) {
      const topic = cluster.topicById(topicId);
      return topic ? describe(topic, context) : { topicId, name: null, errorCode: errorCode('UNKNOWN_TOPIC_ID') };
    }
    const topic = cluster.topic(name ?? '');
    return topic ? describe(topic, context) : missing(name ?? '', request.allowAutoTopicCreation, context);
  });
}

/** A topic created on demand is answered as unknown this once, as KRaft brokers do: the client asks again. */
function missing(name: string, allowCreation: boolean, { cluster }: RequestContext): TopicResponse {
  if (topicNameProblem(name) !== undefined) return { name, errorCode: errorCode('INVALID_TOPIC_EXCEPTION') };
  if (allowCreation && cluster.settings.autoCreateTopics) {
    const plan = cluster.planTopic({ name, ...DEFAULTS });
    if (!isRefusal(plan)) cluster.addTopic(name, plan);
  }
  return { name, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION') };
}

function describe(topic: Topic, context: RequestContext): TopicResponse {
  const partitions = topic.partitions.map((partition) => describePartition(partition, context));
  return { name: topic.name, topicId: topic.id, isInternal: isInternalTopic(topic.name), partitions };
}

function describePartition(partition: Partition, { cluster }: RequestContext) {
  return {
    errorCode: partition.leader === NO_LEADER ? errorCode('LEADER_NOT_AVAILABLE') : 0,
    partitionIndex: partition.index,
    leaderId: partition.leader,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas,
    isrNodes: partition.inSync,
    offlineReplicas: partition.replicas.filter((nodeId) => !cluster.node(nodeId)?.isUp),
  };
}
