import { apis, errorCode, ZERO_UUID, type RequestOf, type ResponseInput } from 'kafka-wire';
import { isInternalTopic } from '../cluster/internal-topics.js';
import type { MetadataCache } from '../cluster/metadata-cache.js';
import type { PartitionImage, TopicImage } from '../cluster/metadata-image.js';
import { NO_LEADER } from '../cluster/partition.js';
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

function clusterPart({ cluster, metadata: { nodes, controllerId } }: RequestContext) {
  const brokers = nodes.map(({ id, host, port }) => ({ nodeId: id, host, port }));
  return { clusterId: cluster.id, controllerId, brokers };
}

function topicsOf(request: Request, context: RequestContext): TopicResponse[] {
  const { metadata: cache } = context;
  const describe = (topic: TopicImage) => describeTopic(topic, cache);
  if (request.topics === null) return cache.topics.map(describe);
  return request.topics.map(({ name, topicId }) => {
    if (topicId !== ZERO_UUID) {
      const topic = cache.topicById(topicId);
      return topic ? describe(topic) : { topicId, name: null, errorCode: errorCode('UNKNOWN_TOPIC_ID') };
    }
    const topic = cache.topic(name ?? '');
    return topic ? describe(topic) : missing(name ?? '', request.allowAutoTopicCreation, context);
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

function describeTopic({ name, id, partitions }: TopicImage, cache: MetadataCache): TopicResponse {
  return {
    name,
    topicId: id,
    isInternal: isInternalTopic(name),
    partitions: partitions.map((partition) => describePartition(partition, cache)),
  };
}

function describePartition({ index, leader, leaderEpoch, replicas, inSync }: PartitionImage, cache: MetadataCache) {
  const isLed = leader !== NO_LEADER && cache.node(leader) !== undefined;
  return {
    errorCode: isLed ? 0 : errorCode('LEADER_NOT_AVAILABLE'),
    partitionIndex: index,
    leaderId: leader,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: inSync,
    offlineReplicas: replicas.filter((id) => cache.node(id) === undefined),
  };
}
