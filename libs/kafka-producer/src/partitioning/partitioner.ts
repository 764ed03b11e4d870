import type { RecordHeader } from 'kafka-wire';

import type { TopicMetadata } from '../cluster/cluster.js';

/** What a partitioner may look at: the record as it will be sent. */
export interface PartitionableRecord {
  readonly topic: string;
  readonly key: Uint8Array | null;
  /** A string stands for its UTF-8 bytes. */
  readonly value: Uint8Array | string | null;
  readonly headers: readonly RecordHeader[];
}

/**
 * Chooses the partition of records that name none.
 *
 * Asked once per record, never again for a retry. Without a partitioner of your own keyed records follow the Java client's murmur2.
 */
export interface Partitioner {
  /**
   * @returns a partition id of this topic; anything else, and anything thrown, fails this record alone with `InvalidRecordError`
   */
  partition(record: PartitionableRecord, topic: TopicMetadata): number;
}
