import {
  decodeRecordBatchHeaders,
  decodeRecords,
  encodeRecordBatch,
  type Codec,
  type RecordBatchHeader,
  type RecordInput,
} from 'kafka-wire';
import { PartitionLog } from '../partition-log.js';
import type { StoredBatch } from '../stored-batch.js';

/** A log with these batches, all of it replicated. */
export async function logOf(batches: readonly (readonly RecordInput[])[], codec?: Codec): Promise<PartitionLog> {
  const log = new PartitionLog();
  for (const records of batches) {
    const bytes = await encodeRecordBatch({ records, ...(codec && { codec }) });
    const [header] = decodeRecordBatchHeaders(bytes) as [RecordBatchHeader];
    log.append(bytes, header, 0);
  }
  log.advanceHighWatermark(log.endOffset);
  return log;
}

/** `offset key=value` of every record; `-` for null. */
export async function contentOf(batches: readonly StoredBatch[]): Promise<string[]> {
  const lines: string[] = [];
  for (const { bytes } of batches) {
    const [header] = decodeRecordBatchHeaders(bytes) as [RecordBatchHeader];
    for (const { offset, key, value } of await decodeRecords(bytes, header)) {
      lines.push(`${offset} ${key?.toString() ?? '-'}=${value?.toString() ?? '-'}`);
    }
  }
  return lines;
}
