/**
 * Replicas for new partitions, the preferred leader first: leaders go round the brokers, followers are the next ones.
 *
 * @param firstPartition index of the first new partition, so that added partitions go on where the others ended
 */
export function assignReplicas(
  nodeIds: readonly number[],
  partitionCount: number,
  replicationFactor: number,
  firstPartition = 0,
): number[][] {
  return Array.from({ length: partitionCount }, (_, added) =>
    Array.from(
      { length: replicationFactor },
      (_replica, step) => nodeIds[(firstPartition + added + step) % nodeIds.length] as number,
    ),
  );
}
