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
  const { cluster, brokerId } = context;
  const found = cluster.topic(topic);
  const partition = found?.partitions[index];
  const standing = found === undefined ? 'unknown' : cluster.propagation.standing(brokerId, found.id);
  if (partition === undefined || standing === 'unknown') return errorCode('UNKNOWN_TOPIC_OR_PARTITION');
  const isReplica = standing === 'served' && partition.replica(brokerId) !== undefined;
  // A follower knows the epoch as well, and looks at it first.
  if (isReplica && currentLeaderEpoch !== ANY_LEADER_EPOCH && currentLeaderEpoch !== partition.leaderEpoch) {
    return errorCode(currentLeaderEpoch < partition.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH');
  }
  return isReplica && partition.leader === brokerId ? partition : errorCode('NOT_LEADER_OR_FOLLOWER');
}
