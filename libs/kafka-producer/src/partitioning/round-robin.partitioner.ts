import type { TopicMetadata } from '../cluster/cluster.js';
import { usablePartition, usablePartitionCount, type KeylessPartitioner } from './keyless-partitioner.js';

/** Takes the partitions in turn, record by record: an even spread, at the price of smaller batches. */
export class RoundRobinPartitioner implements KeylessPartitioner {
  readonly #turns = new Map<string, number>();

  next(topic: TopicMetadata): number {
    const turn = this.#turns.get(topic.name) ?? 0;
    this.#turns.set(topic.name, turn + 1);
    return usablePartition(topic, turn % usablePartitionCount(topic));
  }

  nextForNewBatch(_topic: TopicMetadata, partition: number): number {
    return partition;
  }

  appended(): void {}
}
