import type { ClusterState } from './cluster-state.js';
import type { ReplicationLag } from './replica.js';

/** How far a follower is behind from its next fetch on. @throws RangeError when the broker has no replica of the partition */
export function lagFollower(
  cluster: ClusterState,
  topic: string,
  index: number,
  nodeId: number,
  lag: ReplicationLag,
): void {
  const partition = cluster.partitionOrThrow(topic, index);
  const replica = partition.replica(nodeId);
  if (replica === undefined) {
    throw new RangeError(`broker ${nodeId} has no replica of ${topic}-${index}; ${partition.replicas.join(', ')} have`);
  }
  cluster.replication.stoodStill(partition, nodeId);
  replica.lag = lag;
  cluster.replicate(partition);
}

/**
 * Makes the in-sync set what a test wants: who is in it catches up at once, who is not stands still.
 *
 * @throws RangeError when the leader is not among the nodes, or one of them has no replica or is down
 */
export function setInSync(cluster: ClusterState, topic: string, index: number, nodeIds: readonly number[]): void {
  const partition = cluster.partitionOrThrow(topic, index);
  const unable = nodeIds.filter((id) => partition.replica(id) === undefined || !cluster.node(id)?.isUp);
  if (unable.length > 0) throw new RangeError(`brokers ${unable.join(', ')} cannot be in sync with ${topic}-${index}`);
  if (!nodeIds.includes(partition.leader)) {
    throw new RangeError(`the leader of ${topic}-${index}, broker ${partition.leader}, is always in sync`);
  }
  for (const follower of partition.followers) follower.lag = nodeIds.includes(follower.nodeId) ? 0 : 'stopped';
  for (const id of nodeIds) cluster.replication.catchUp(partition, id);
  partition.setInSync(partition.replicas.filter((id) => nodeIds.includes(id)));
  cluster.replicate(partition);
}
