import { apis, ZERO_UUID, type ErrorName, type RequestOf } from 'kafka-wire';
import type { Access } from '../security/access.js';
import type { AclOperation } from '../security/acl.js';
import { accessRule, part, type AccessRule } from './access-rule.js';
import type { RequestContext } from './api-handler.js';

const ATTRIBUTES_AT = 21;
const TRANSACTIONAL_BIT = 0x10;
const BATCH_HEADER_BYTES = 61;
/** From version 4 on brokers ask for each other's clients. */
const BETWEEN_BROKERS_SINCE_VERSION = 4;

const onTopic =
  (operation: AclOperation) =>
  (asked: { readonly name: string; readonly topicId?: string }, access: Access, context: RequestContext) =>
    denies(operation, asked.name, asked.topicId, access, context);

function denies(
  operation: AclOperation,
  named: string,
  topicId: string | undefined,
  access: Access,
  { cluster }: RequestContext,
): ErrorName | undefined {
  const isById = topicId !== undefined && topicId !== ZERO_UUID;
  const name = isById ? cluster.topicById(topicId)?.name : named;
  // An id nobody knows is answered as unknown.
  return name === undefined || access.may(operation, 'topic', name) ? undefined : 'TOPIC_AUTHORIZATION_FAILED';
}

function hasTransactionalRecords({ topicData }: RequestOf<typeof apis.Produce>): boolean {
  return topicData.some(({ partitionData }) =>
    partitionData.some(
      ({ records }) =>
        records !== null &&
        records.length >= BATCH_HEADER_BYTES &&
        (records.readInt16BE(ATTRIBUTES_AT) & TRANSACTIONAL_BIT) !== 0,
    ),
  );
}

function mayTransact(transactionalId: string | null, access: Access): ErrorName | undefined {
  return transactionalId !== null && access.may('write', 'transactionalId', transactionalId)
    ? undefined
    : 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED';
}

function mayReadGroup(groupId: string, access: Access): ErrorName | undefined {
  return access.may('read', 'group', groupId) ? undefined : 'GROUP_AUTHORIZATION_FAILED';
}

/** Rights to records: to write and read them, in transactions or without. */
export const accessOfRecords: readonly AccessRule[] = [
  accessRule(apis.Produce, {
    whole: (request, access) =>
      hasTransactionalRecords(request) ? mayTransact(request.transactionalId, access) : undefined,
    parts: [part(apis.Produce, 'topicData', 'responses', onTopic('write'))],
  }),
  accessRule(apis.Fetch, {
    parts: [
      part(apis.Fetch, 'topics', 'responses', ({ topic, topicId }, access, context) =>
        denies('read', topic, topicId, access, context),
      ),
    ],
  }),
  accessRule(apis.ListOffsets, { parts: [part(apis.ListOffsets, 'topics', 'topics', onTopic('describe'))] }),
  accessRule(apis.OffsetForLeaderEpoch, {
    parts: [
      part(apis.OffsetForLeaderEpoch, 'topics', 'topics', ({ topic }, access, context) =>
        access.mayOnCluster('clusterAction') ? undefined : denies('describe', topic, undefined, access, context),
      ),
    ],
  }),
  accessRule(apis.InitProducerId, {
    whole({ transactionalId }, access) {
      if (transactionalId !== null) return mayTransact(transactionalId, access);
      // Whoever may write somewhere may do so idempotently.
      return access.mayOnCluster('idempotentWrite') || access.mayOnAny('write', 'topic')
        ? undefined
        : 'CLUSTER_AUTHORIZATION_FAILED';
    },
  }),
  accessRule(apis.AddPartitionsToTxn, {
    whole(request, access, { apiVersion }) {
      if (apiVersion < BETWEEN_BROKERS_SINCE_VERSION) return mayTransact(request.v3AndBelowTransactionalId, access);
      return access.mayOnCluster('clusterAction') ? undefined : 'CLUSTER_AUTHORIZATION_FAILED';
    },
    parts: [
      part(apis.AddPartitionsToTxn, 'v3AndBelowTopics', 'resultsByTopicV3AndBelow', onTopic('write'), {
        otherwise: ({ name }, { cluster }) =>
          cluster.topic(name) === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'OPERATION_NOT_ATTEMPTED',
      }),
    ],
  }),
  accessRule(apis.AddOffsetsToTxn, {
    whole: ({ transactionalId, groupId }, access) =>
      mayTransact(transactionalId, access) ?? mayReadGroup(groupId, access),
  }),
  accessRule(apis.TxnOffsetCommit, {
    whole: ({ transactionalId, groupId }, access) =>
      mayTransact(transactionalId, access) ?? mayReadGroup(groupId, access),
    parts: [part(apis.TxnOffsetCommit, 'topics', 'topics', onTopic('read'))],
  }),
  accessRule(apis.EndTxn, { whole: ({ transactionalId }, access) => mayTransact(transactionalId, access) }),
  accessRule(apis.DescribeProducers, { parts: [part(apis.DescribeProducers, 'topics', 'topics', onTopic('read'))] }),
  accessRule(apis.DescribeTransactions, {
    parts: [
      part(apis.DescribeTransactions, 'transactionalIds', 'transactionStates', (id, access) =>
        access.may('describe', 'transactionalId', id) ? undefined : 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
      ),
    ],
    answer: (response, access) => ({
      ...response,
      transactionStates: response.transactionStates?.map((state) => ({
        ...state,
        topics: state.topics?.filter(({ topic }) => access.may('describe', 'topic', topic ?? '')),
      })),
    }),
  }),
  accessRule(apis.ListTransactions, {
    answer: (response, access) => ({
      ...response,
      transactionStates: response.transactionStates?.filter(({ transactionalId }) =>
        access.may('describe', 'transactionalId', transactionalId ?? ''),
      ),
    }),
  }),
];
