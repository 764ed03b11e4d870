import type { TopicMetadata } from '../cluster/cluster.js';
import { usablePartition, usablePartitionCount, type KeylessPartitioner } from './keyless-partitioner.js';

interface StickyChoice {
  readonly partition: number;
  /** Bytes appended since the choice was made. */
  bytes: number;
  isOver: boolean;
}

/**
 * Stays with one partition for a batch worth of bytes, then moves to another one at random.
 *
 * Spreading keyless records one by one would make as many small batches as there are partitions. It moves when the next record would be more than
 * `batchSizeBytes` and needs another batch anyway, because one is full or has left: so none is left behind part-full. At the latest it moves at
 * twice that, so that no partition is favoured for being fast. Bytes count as they will be sent. Source: KIP-794, `BuiltInPartitioner`.
 */
export class StickyPartitioner implements KeylessPartitioner {
  readonly #choices = new Map<string, StickyChoice>();
  readonly #batchSizeBytes: number;
  readonly #random: () => number;

  /** @param random uniform in [0, 1) */
  constructor(batchSizeBytes: number, random: () => number) {
    this.#batchSizeBytes = batchSizeBytes;
    this.#random = random;
  }

  next(topic: TopicMetadata): number {
    const choice = this.#choices.get(topic.name);
    if (choice !== undefined && !choice.isOver && isUsable(topic, choice.partition)) return choice.partition;
    const partition = usablePartition(topic, Math.floor(this.#random() * usablePartitionCount(topic)));
    this.#choices.set(topic.name, { partition, bytes: 0, isOver: false });
    return partition;
  }

  nextForNewBatch(topic: TopicMetadata, _partition: number, sizeBytes: number): number {
    const choice = this.#choices.get(topic.name);
    if (choice !== undefined && choice.bytes > 0 && choice.bytes + sizeBytes > this.#batchSizeBytes) {
      choice.isOver = true;
    }
    return this.next(topic);
  }

  appended(topic: string, growthBytes: number): void {
    const choice = this.#choices.get(topic);
    if (choice === undefined) return;
    choice.bytes += growthBytes;
    if (choice.bytes >= 2 * this.#batchSizeBytes) choice.isOver = true;
  }
}

function isUsable(topic: TopicMetadata, partition: number): boolean {
  const metadata = topic.partitions[partition];
  return metadata !== undefined && (metadata.leader >= 0 || topic.available.length === 0);
}
