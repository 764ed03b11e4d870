import type { TopicMetadata } from '../cluster/cluster.js';

/** Chooses partitions for records without a key. */
export interface KeylessPartitioner {
  /** The partition of the next record. Called once per record. */
  next(topic: TopicMetadata): number;
  /** The record went into a batch. @param filledBatch it was the last one of that batch. */
  appended(topic: string, sizeBytes: number, filledBatch: boolean): void;
}

/** Partitions with a leader, or all of them while none has one. */
export function usablePartitionCount(topic: TopicMetadata): number {
  return topic.available.length > 0 ? topic.available.length : topic.partitions.length;
}

/** @param index 0 to the usable count - 1 */
export function usablePartition(topic: TopicMetadata, index: number): number {
  return topic.available.length > 0 ? topic.available[index]! : index;
}
