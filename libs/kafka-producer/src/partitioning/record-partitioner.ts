import type { SizedRecord } from 'kafka-wire';

import type { TopicMetadata } from '../cluster/cluster.js';
import { UnknownTopicError } from '../errors/cluster-side.errors.js';
import { describeValue } from '../errors/describe-value.js';
import { InvalidRecordError } from '../errors/record.errors.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import { silence } from '../support/thenable.js';
import type { KeylessPartitioner } from './keyless-partitioner.js';
import { partitionOfKey } from './key-partition.js';
import type { Partitioner } from './partitioner.js';
import { RoundRobinPartitioner } from './round-robin.partitioner.js';
import { StickyPartitioner } from './sticky.partitioner.js';

export interface PartitioningSettings {
  readonly partitioner: 'sticky' | 'round-robin' | Partitioner;
  readonly batchSizeBytes: number;
  /** 0 ≤ x < 1, for the choice among equals. @defaultValue Math.random; a simulation passes its own */
  readonly random?: (() => number) | undefined;
}

/**
 * Stage 2: the partition of a record, chosen once.
 *
 * In this order: the record's own `partition`, a custom partitioner, the key's hash, the keyless strategy.
 */
export class RecordPartitioner {
  readonly #custom: Partitioner | undefined;
  readonly #keyless: KeylessPartitioner;

  constructor(settings: PartitioningSettings) {
    const { partitioner, batchSizeBytes, random = Math.random } = settings;
    this.#custom = typeof partitioner === 'object' ? partitioner : undefined;
    this.#keyless =
      partitioner === 'round-robin' ? new RoundRobinPartitioner() : new StickyPartitioner(batchSizeBytes, random);
  }

  /** The record names a partition that the topic did not have when we last heard of it. */
  isBeyond({ partition }: SerializedRecord, topic: TopicMetadata): boolean {
    return partition !== undefined && partition >= topic.partitions.length;
  }

  /**
   * @throws UnknownTopicError when the record names a partition the topic does not have
   * @throws InvalidRecordError when the custom partitioner throws or returns no partition of the topic
   */
  choose(record: SerializedRecord, topic: TopicMetadata): number {
    const { sized, partition } = record;
    const partitionCount = topic.partitions.length;
    if (partition !== undefined) {
      if (partition < partitionCount) return partition;
      throw new UnknownTopicError({ topic: record.topic, partition, partitionCount });
    }
    if (this.#custom !== undefined) return this.#ask(this.#custom, record, topic);
    if (sized.key !== null) return partitionOfKey(sized.key, sized.keySizeBytes, partitionCount);
    return this.#keyless.next(topic);
  }

  /** Whether the keyless strategy chose the partition of the record: it may choose again, and wants to know what became of its choice. */
  isKeyless(record: SerializedRecord): boolean {
    return record.sized.key === null && record.partition === undefined && this.#custom === undefined;
  }

  /** For a keyless record that needs another batch. @param sizeBytes what it will take at most when it is sent */
  chooseForNewBatch(topic: TopicMetadata, partition: number, sizeBytes: number): number {
    return this.#keyless.nextForNewBatch(topic, partition, sizeBytes);
  }

  /** Tells the keyless strategy by how much a record of its has made a batch larger. */
  appended(topic: string, growthBytes: number): void {
    this.#keyless.appended(topic, growthBytes);
  }

  #ask(partitioner: Partitioner, { topic: name, sized }: SerializedRecord, topic: TopicMetadata): number {
    let choice: number;
    try {
      choice = partitioner.partition(
        { topic: name, key: keyBytes(sized), value: sized.value, headers: sized.headers },
        topic,
      );
    } catch (error) {
      throw new InvalidRecordError({ topic: name, reason: `the partitioner threw: ${String(error)}` });
    }
    silence(choice);
    if (Number.isInteger(choice) && choice >= 0 && choice < topic.partitions.length) return choice;
    throw new InvalidRecordError({
      topic: name,
      reason: `the partitioner returned ${describeValue(choice)}, but the topic has partitions 0 to ${topic.partitions.length - 1}`,
    });
  }
}

function keyBytes({ key }: SizedRecord): Uint8Array | null {
  return typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
}
