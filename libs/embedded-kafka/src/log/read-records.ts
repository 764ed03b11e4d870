import { decodeRecords } from 'kafka-wire';
import type { Partition } from '../cluster/partition.js';
import { hasProducer } from './batch-check.js';
import { advanceSequence } from './sequence.js';

export interface ReadRecordsOptions {
  /**
   * What a consumer of that isolation level is given by now: read_committed leaves out what was aborted and all behind the oldest open transaction.
   * Left out: all records in the log, also what is not replicated yet.
   */
  readonly isolation?: 'read_committed' | 'read_uncommitted';
  /** Only this partition. */
  readonly partition?: number;
}

/** A record as it is in the log. */
export interface StoredRecord {
  readonly partition: number;
  /** Decimal, as Kafka clients for Node give it. */
  readonly offset: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In the order they were written; names may repeat. */
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
  /** Offset of the first record of the batch it came in: records of one batch share it. */
  readonly batchOffset: string;
  /** Who wrote it; undefined for a producer without idempotence. */
  readonly producer?: { readonly id: string; readonly epoch: number; readonly sequence: number };
}

export async function readRecords(
  partitions: readonly Partition[],
  { isolation, partition: only }: ReadRecordsOptions,
): Promise<StoredRecord[]> {
  const wanted = partitions.filter(({ index }) => only === undefined || index === only);
  return (await Promise.all(wanted.map((partition) => readPartition(partition, isolation)))).flat();
}

async function readPartition(
  partition: Partition,
  isolation: ReadRecordsOptions['isolation'],
): Promise<StoredRecord[]> {
  const { log } = partition;
  const toOffset = isolation === undefined ? log.endOffset : readableUpTo(partition, isolation);
  const batches = log.read({ fromOffset: 0, toOffset, maxBytes: Infinity, atLeastOneBatch: true });
  const records: StoredRecord[] = [];
  for (const batch of batches) {
    const { bytes, header, baseOffset } = batch;
    if (header.isControl || (isolation === 'read_committed' && partition.producers.transactions.isAborted(batch)))
      continue;
    for (const record of await decodeRecords(bytes, header)) {
      const sequence = advanceSequence(header.baseSequence, record.offset - baseOffset);
      records.push({
        partition: partition.index,
        offset: String(record.offset),
        timestamp: record.timestamp,
        key: record.key,
        value: record.value,
        headers: record.headers,
        batchOffset: String(baseOffset),
        ...(hasProducer(header) && {
          producer: { id: header.producerId.toString('hex'), epoch: header.producerEpoch, sequence },
        }),
      });
    }
  }
  return records;
}

export function readableUpTo(partition: Partition, isolation: 'read_committed' | 'read_uncommitted'): number {
  return isolation === 'read_committed' ? partition.lastStableOffset : partition.log.highWatermark;
}
