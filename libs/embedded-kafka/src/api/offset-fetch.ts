import { apis, errorCode, type ResponseInput } from 'kafka-wire';
import { defineHandler, type RequestContext } from './api-handler.js';

type GroupResponse = NonNullable<ResponseInput<typeof apis.OffsetFetch>['groups']>[number];
type AskedTopics = readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null;

const BATCHED_SINCE_VERSION = 8;
const NOT_COMMITTED = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 };

export const offsetFetch = defineHandler({
  api: apis.OffsetFetch,
  versions: { min: 1, max: 9 },

  handle(request, context) {
    if (context.apiVersion < BATCHED_SINCE_VERSION)
      return offsetsOf(request.groupId, request.topics, request.requireStable, context);
    return {
      groups: request.groups.map(({ groupId, topics }) => offsetsOf(groupId, topics, request.requireStable, context)),
    };
  },

  refuse(request, code, { apiVersion }) {
    if (apiVersion < BATCHED_SINCE_VERSION) return refused(request.groupId, request.topics, code);
    return { groups: request.groups.map(({ groupId, topics }) => refused(groupId, topics, code)) };
  },
});

function offsetsOf(
  groupId: string,
  asked: AskedTopics,
  requireStable: boolean,
  { groups, brokerId }: RequestContext,
): GroupResponse {
  const code = groups.check(groupId, brokerId);
  if (code !== 0) return refused(groupId, asked, code);
  const offsets = groups.group(groupId)?.offsets;
  const all = [...(offsets?.topics ?? [])].map((name) => {
    return { name, partitionIndexes: offsets?.partitionsOf(name) ?? [] };
  });
  const topics = (asked ?? all).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      if (requireStable && offsets?.isPending(name, partitionIndex)) {
        return { partitionIndex, ...NOT_COMMITTED, errorCode: errorCode('UNSTABLE_OFFSET_COMMIT') };
      }
      const committed = offsets?.get(name, partitionIndex);
      if (committed === undefined) return { partitionIndex, ...NOT_COMMITTED };
      const { offset, leaderEpoch, metadata } = committed;
      return { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode: 0 };
    }),
  }));
  return { groupId, topics, errorCode: 0 };
}

/** The code stands on every partition too: version 1 has no other place for it. */
function refused(groupId: string, asked: AskedTopics, code: number): GroupResponse {
  const topics = (asked ?? []).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, ...NOT_COMMITTED, errorCode: code })),
  }));
  return { groupId, topics, errorCode: code };
}
