import { errorCode } from 'kafka-wire';
import type { Partition } from '../cluster/partition.js';
import type { RequestContext } from './api-handler.js';

const ANY_LEADER_EPOCH = -1;

/** The partition, when this broker leads it (under the epoch the client believes in); else the code that says why not. */
export function ledPartition(
  context: RequestContext,
  topic: string,
  index: number,
  currentLeaderEpoch = ANY_LEADER_EPOCH,
): Partition | number {
  const partition = context.cluster.partition(topic, index);
  if (partition === undefined) return errorCode('UNKNOWN_TOPIC_OR_PARTITION');
  if (partition.leader !== context.brokerId) return errorCode('NOT_LEADER_OR_FOLLOWER');
  if (currentLeaderEpoch === ANY_LEADER_EPOCH || currentLeaderEpoch === partition.leaderEpoch) return partition;
  return errorCode(currentLeaderEpoch < partition.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH');
}
