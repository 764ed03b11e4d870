import type { RecordMetadata } from '../record/record-metadata.js';

/**
 * What an emit's Observable gives out, one per partition: the fields of kafkajs' `RecordMetadata` that are known here.
 *
 * kafkajs' `logAppendTime` and `logStartOffset` are never there, and with `acks: 0`, where kafkajs gives out nothing, `baseOffset` is not.
 */
export interface EmittedMetadata {
  readonly topicName: string;
  readonly partition: number;
  /** An emit that failed is an error, so this is always 0, as in kafkajs. */
  readonly errorCode: 0;
  /** Decimal, of the first record that went to this partition. */
  readonly baseOffset?: string;
}

/** In the order in which the records name their partitions first. */
export function emittedMetadata(records: readonly RecordMetadata[]): EmittedMetadata[] {
  const byPartition = new Map<number, EmittedMetadata>();
  for (const { topic, partition, offset } of records) {
    if (byPartition.has(partition)) continue;
    const known = { topicName: topic, partition, errorCode: 0 } as const;
    byPartition.set(partition, offset === undefined ? known : { ...known, baseOffset: offset });
  }
  return [...byPartition.values()];
}
