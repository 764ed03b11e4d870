import { apis, errorCode, type RequestOf } from 'kafka-wire';
import type { ConsumerGroup } from '../groups/consumer-group.js';
import { defineHandler, type RequestContext } from './api-handler.js';

type Request = RequestOf<typeof apis.OffsetCommit>;

const NO_GENERATION = -1;
/** Kafka's `offset.metadata.max.bytes`. */
const MAX_METADATA_BYTES = 4096;

export const offsetCommit = defineHandler({
  api: apis.OffsetCommit,
  versions: { min: 2, max: 9 },

  handle(request, context) {
    const { groups } = context;
    const refused = groups.check(request.groupId, context.brokerId) || checkCommitter(request, context);
    if (refused !== 0) return refuseAll(request, refused);
    const group = groups.groupForWriting(request.groupId);
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((partition) => ({
        partitionIndex: partition.partitionIndex,
        errorCode: commit(group, name, partition, context),
      })),
    }));
    return { topics };
  },

  refuse: refuseAll,
});

/** A group without members takes offsets from anyone who claims no generation: tools and consumers that assign themselves. */
function checkCommitter(request: Request, { groups }: RequestContext): number {
  const { groupId, memberId, generationIdOrMemberEpoch: generationId } = request;
  const group = groups.group(groupId);
  if (group === undefined) return generationId < 0 ? 0 : errorCode('ILLEGAL_GENERATION');
  if (generationId === NO_GENERATION && group.state === 'Empty') return 0;
  const refused = groups.checkMember(group, memberId, generationId);
  if (refused !== 0) return refused;
  return group.state === 'CompletingRebalance' ? errorCode('REBALANCE_IN_PROGRESS') : 0;
}

function commit(
  group: ConsumerGroup,
  topic: string,
  partition: Request['topics'][number]['partitions'][number],
  { cluster }: RequestContext,
): number {
  const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } = partition;
  if (cluster.partition(topic, partitionIndex) === undefined) return errorCode('UNKNOWN_TOPIC_OR_PARTITION');
  if (Buffer.byteLength(committedMetadata ?? '') > MAX_METADATA_BYTES) return errorCode('OFFSET_METADATA_TOO_LARGE');
  group.offsets.commit(topic, partitionIndex, {
    offset: committedOffset,
    leaderEpoch: committedLeaderEpoch,
    metadata: committedMetadata,
  });
  return 0;
}

function refuseAll({ topics }: Request, code: number) {
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
    })),
  };
}
