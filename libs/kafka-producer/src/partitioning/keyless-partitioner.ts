import type { TopicMetadata } from '../cluster/cluster.js';

/** Chooses partitions for records without a key. */
export interface KeylessPartitioner {
  /** The partition of the next record. Called once per record. */
  next(topic: TopicMetadata): number;
  /**
   * The chosen partition has no batch with room for the record: the moment to move on without leaving a batch part-full.
   *
   * @param sizeBytes what the record will take at most when it is sent
   * @returns the partition to open a batch of: the same or another one
   */
  nextForNewBatch(topic: TopicMetadata, partition: number, sizeBytes: number): number;
  /** The record went into a batch. @param growthBytes by how much that made the batch larger, as it will be sent */
  appended(topic: string, growthBytes: number): void;
}

/** Partitions with a leader, or all of them while none has one. */
export function usablePartitionCount(topic: TopicMetadata): number {
  return topic.available.length > 0 ? topic.available.length : topic.partitions.length;
}

/** @param index 0 to the usable count - 1 */
export function usablePartition(topic: TopicMetadata, index: number): number {
  return topic.available.length > 0 ? topic.available[index]! : index;
}
