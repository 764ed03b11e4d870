/** Where replicas may go: brokers that are up, and those that are registered but down. */
export interface BrokersByReadiness {
  readonly up: readonly number[];
  readonly down: readonly number[];
}

/**
 * Replicas for new partitions, the preferred leader first: leaders go round the brokers that are up, followers are the next ones, and only
 * where they do not suffice the brokers that are down follow (Kafka's `StripedReplicaPlacer` without racks).
 *
 * @param firstPartition index of the first new partition, so that added partitions go on where the others ended
 */
export function assignReplicas(
  { up, down }: BrokersByReadiness,
  partitionCount: number,
  replicationFactor: number,
  firstPartition = 0,
): number[][] {
  return Array.from({ length: partitionCount }, (_, added) =>
    [...turned(up, firstPartition + added), ...turned(down, firstPartition + added)].slice(0, replicationFactor),
  );
}

function turned(nodeIds: readonly number[], by: number): number[] {
  return nodeIds.map((_, step) => nodeIds[(by + step) % nodeIds.length] as number);
}
