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
 * Spreading keyless records one by one would make as many small batches as there are partitions. It moves when `batchSizeBytes` have been
 * appended and a batch was just filled, at the latest at twice that, so that no partition is favoured for being fast. Source: KIP-794.
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

  appended(topic: string, sizeBytes: number, filledBatch: boolean): void {
    const choice = this.#choices.get(topic);
    if (choice === undefined) return;
    choice.bytes += sizeBytes;
    choice.isOver = choice.bytes >= 2 * this.#batchSizeBytes || (filledBatch && choice.bytes >= this.#batchSizeBytes);
  }
}

function isUsable(topic: TopicMetadata, partition: number): boolean {
  const metadata = topic.partitions[partition];
  return metadata !== undefined && (metadata.leader >= 0 || topic.available.length === 0);
}
