import { apis, errorCode, type RequestOf } from 'kafka-wire';
import { defineHandler, type RequestContext } from './api-handler.js';
import { splitByPartition, type TopicResults } from './topic-results.js';

type Request = RequestOf<typeof apis.OffsetCommit>;

/** Characters, as Java counts them: Kafka's `offset.metadata.max.bytes` says otherwise. */
const MAX_METADATA_LENGTH = 4096;
const GROUP_NOT_FOUND_SINCE_VERSION = 9;

export const offsetCommit = defineHandler({
  api: apis.OffsetCommit,
  versions: { min: 2, max: 9 },

  handle(request, context) {
    const { groups, brokerId } = context;
    const { known, results } = splitByPartition(request.topics, context.cluster);
    if (known.length === 0) return { topics: results.topics };
    const refused = groups.check(request.groupId, brokerId) || checkCommitter(request, context);
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

/** A group that nobody has heard of comes to be with offsets of someone who claims no generation. */
function checkCommitter(request: Request, { groups, apiVersion }: RequestContext): number {
  const { groupId, generationIdOrMemberEpoch: generationId } = request;
  const group = groups.group(groupId);
  if (group !== undefined) return group.checkCommit(request, generationId);
  if (generationId < 0) return 0;
  return errorCode(apiVersion < GROUP_NOT_FOUND_SINCE_VERSION ? 'ILLEGAL_GENERATION' : 'GROUP_ID_NOT_FOUND');
}

function commit(
  { groupId, memberId }: Request,
  topics: Request['topics'],
  results: TopicResults,
  refused: number,
  { groups }: RequestContext,
): void {
  const group = refused === 0 ? groups.groupForWriting(groupId) : undefined;
  group?.noteCommit(memberId);
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } of partitions) {
      const metadata = committedMetadata ?? '';
      const code = refused || (metadata.length > MAX_METADATA_LENGTH ? errorCode('OFFSET_METADATA_TOO_LARGE') : 0);
      results.add(name, partitionIndex, code);
      if (code !== 0) continue;
      group?.offsets.commit(name, partitionIndex, {
        offset: committedOffset,
        leaderEpoch: committedLeaderEpoch,
        metadata,
      });
    }
  }
}
