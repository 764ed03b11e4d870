import { apis, type ErrorName, ZERO_UUID, type RequestOf } from 'kafka-wire';
import type { Access } from '../security/access.js';
import type { AclOperation } from '../security/acl.js';
import { accessRule, part, type AccessRule } from './access-rule.js';
import type { RequestContext } from './api-handler.js';

type DeletedTopic = RequestOf<typeof apis.DeleteTopics>['topics'][number];

const DENIED = 'TOPIC_AUTHORIZATION_FAILED' as const;

/** Refuses entries whose topic the client lacks a right on. */
const needs =
  (operation: AclOperation) =>
  ({ name }: { readonly name: string }, access: Access): ErrorName | undefined =>
    access.may(operation, 'topic', name) ? undefined : DENIED;

function nameOf(
  { name, topicId = ZERO_UUID }: { readonly name: string | null; readonly topicId?: string },
  { cluster }: RequestContext,
): string | undefined {
  return topicId === ZERO_UUID ? (name ?? undefined) : cluster.topicById(topicId)?.name;
}

function mayDelete(name: string, access: Access): boolean {
  if (access.mayOnCluster('delete')) return true;
  return access.may('describe', 'topic', name) && access.may('delete', 'topic', name);
}

/** A topic that may not be seen is not named in the answer to a request by its id. */
function refusedDeletion({ name, topicId }: DeletedTopic, errorCode: number, access: Access, context: RequestContext) {
  if (topicId === ZERO_UUID) return { name, topicId, errorCode };
  const found = context.cluster.topicById(topicId)?.name ?? '';
  return { name: access.may('describe', 'topic', found) ? found : null, topicId, errorCode };
}

const createsTopics = accessRule(apis.CreateTopics, {
  parts: [
    part(
      apis.CreateTopics,
      'topics',
      'topics',
      ({ name }, access) => (access.mayOnCluster('create') || access.may('create', 'topic', name) ? undefined : DENIED),
      {
        passes: ({ name }, topics) => topics.filter((one) => one.name === name).length > 1,
        refusal: ({ name }, errorCode) => ({ name, errorCode, errorMessage: 'Authorization failed.', configs: null }),
      },
    ),
  ],
  /** What a topic looks like is told to those alone who may ask for its configuration. */
  answer: (response, access) => ({
    ...response,
    topics: response.topics?.map((topic) => {
      if ((topic.errorCode ?? 0) !== 0 || access.may('describeConfigs', 'topic', topic.name ?? '')) return topic;
      return { ...topic, topicConfigErrorCode: 29, numPartitions: -1, replicationFactor: -1, configs: [] };
    }),
  }),
});

const deletesTopics = accessRule(apis.DeleteTopics, {
  parts: [
    part(
      apis.DeleteTopics,
      'topics',
      'responses',
      (topic, access, context) => {
        const name = nameOf(topic, context);
        return name === undefined || mayDelete(name, access) ? undefined : DENIED;
      },
      { refusal: refusedDeletion },
    ),
    part(
      apis.DeleteTopics,
      'topicNames',
      'responses',
      (name, access) => (mayDelete(name, access) ? undefined : DENIED),
      {
        refusal: (name, errorCode) => ({ name, errorCode }),
      },
    ),
  ],
});

const showsMetadata = accessRule(apis.Metadata, {
  parts: [
    part(
      apis.Metadata,
      'topics',
      'topics',
      (topic, access, context) => {
        const name = nameOf(topic, context);
        if (name === undefined) return undefined;
        if (!access.may('describe', 'topic', name)) return DENIED;
        // Asked with the right to create it, a missing topic may be made on the way.
        const isMissing = context.cluster.settings.autoCreateTopics && context.cluster.topic(name) === undefined;
        return !isMissing || access.mayOnCluster('create') || access.may('create', 'topic', name) ? undefined : DENIED;
      },
      {
        refusal: ({ name, topicId }, errorCode) => ({ name: topicId === ZERO_UUID ? name : null, topicId, errorCode }),
      },
    ),
  ],
  answer: (response, access, request) => {
    const seen =
      request.topics === null
        ? response.topics?.filter(({ name }) => access.may('describe', 'topic', name ?? ''))
        : response.topics;
    const topics = request.includeTopicAuthorizedOperations
      ? seen?.map((topic) => ({ ...topic, topicAuthorizedOperations: access.operationsOn('topic', topic.name ?? '') }))
      : seen;
    return request.includeClusterAuthorizedOperations
      ? { ...response, topics, clusterAuthorizedOperations: access.operationsOnCluster }
      : { ...response, topics };
  },
});

/** Rights to topics: to see, make and delete them. */
export const accessOfTopics: readonly AccessRule[] = [
  showsMetadata,
  createsTopics,
  deletesTopics,
  accessRule(apis.CreatePartitions, { parts: [part(apis.CreatePartitions, 'topics', 'results', needs('alter'))] }),
  accessRule(apis.DeleteRecords, { parts: [part(apis.DeleteRecords, 'topics', 'topics', needs('delete'))] }),
];
