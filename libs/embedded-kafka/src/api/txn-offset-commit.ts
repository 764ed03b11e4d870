import { apis, errorCode, type RequestOf } from 'kafka-wire';
import { INTERNAL_TOPICS } from '../cluster/internal-topics.js';
import { defineHandler, type RequestContext } from './api-handler.js';
import { splitByPartition, type TopicResults } from './topic-results.js';

type Request = RequestOf<typeof apis.TxnOffsetCommit>;

const ABORTABLE_SINCE_VERSION = 4;
const IMPLICIT_SINCE_VERSION = 5;
/** Characters, as Java counts them: Kafka's `offset.metadata.max.bytes` says otherwise. */
const MAX_METADATA_LENGTH = 4096;

/** Offsets that become the group's when the transaction is committed. */
export const txnOffsetCommit = defineHandler({
  api: apis.TxnOffsetCommit,
  versions: { min: 0, max: 5 },

  handle(request, context) {
    const { groups, brokerId } = context;
    const { known, results } = splitByPartition(request.topics, context.cluster);
    if (known.length === 0) return { topics: results.topics };
    const refused =
      groups.check(request.groupId, brokerId) || joinTransaction(request, context) || checkCommitter(request, context);
    commit(request, known, results, refused, context);
    return { topics: results.topics };
  },

  refuse: ({ topics }, code) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
    })),
  }),
});

/** From version 5 the group takes part from here on; before, AddOffsetsToTxn must have said so. */
function joinTransaction(request: Request, { groups, transactions, apiVersion }: RequestContext): number {
  const { transactionalId, producerEpoch: epoch, groupId } = request;
  const unavailable = transactions.availability(transactionalId);
  if (unavailable !== 0) return unavailable;
  const producer = { transactionalId, producerId: Buffer.from(request.producerId), epoch };
  const partition = { topic: INTERNAL_TOPICS.group, partition: groups.offsetsPartitionOf(groupId) };
  const isImplicit = apiVersion >= IMPLICIT_SINCE_VERSION;
  const code = isImplicit ? transactions.add(producer, [partition]) : transactions.verify(producer, partition);
  if (code === errorCode('PRODUCER_FENCED')) return errorCode('INVALID_PRODUCER_EPOCH');
  const isTooNew = code === errorCode('TRANSACTION_ABORTABLE') && apiVersion < ABORTABLE_SINCE_VERSION;
  return isTooNew ? errorCode('INVALID_TXN_STATE') : code;
}

/** Who names no member is taken at its word, also while the group has members. */
function checkCommitter(request: Request, { groups }: RequestContext): number {
  const { groupId, generationId } = request;
  const group = groups.group(groupId);
  if (group !== undefined) return group.checkCommit(request, generationId, true);
  return generationId < 0 ? 0 : errorCode('ILLEGAL_GENERATION');
}

function commit(
  request: Request,
  topics: Request['topics'],
  results: TopicResults,
  refused: number,
  { groups }: RequestContext,
): void {
  const group = refused === 0 ? groups.groupForWriting(request.groupId) : undefined;
  const producerId = Buffer.from(request.producerId);
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } of partitions) {
      const metadata = committedMetadata ?? '';
      const code = refused || (metadata.length > MAX_METADATA_LENGTH ? errorCode('OFFSET_METADATA_TOO_LARGE') : 0);
      results.add(name, partitionIndex, code);
      if (code !== 0) continue;
      group?.offsets.commitPending(producerId, name, partitionIndex, {
        offset: committedOffset,
        leaderEpoch: committedLeaderEpoch,
        metadata,
      });
    }
  }
}
