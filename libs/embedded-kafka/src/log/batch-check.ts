import { CorruptRecordBatchError, decodeRecordBatchHeaders, NO_PRODUCER_ID, type RecordBatchHeader } from 'kafka-wire';
import { isRefusal, refusal, type Refusal } from './refusal.js';
import { refuseUnreadable } from './unreadable-batch.js';

const LOG_OVERHEAD_BYTES = 12;
const BATCH_OVERHEAD_BYTES = 61;
const MAGIC_AT = 16;
const LENGTH_AT = 8;
/** Shortest record of message format 0: anything shorter is not even an old batch. */
const LEGACY_RECORD_OVERHEAD_BYTES = 14;
const ZSTD_SINCE_PRODUCE_VERSION = 7;

/**
 * What Kafka checks before it looks at the topic's state: exactly one whole batch of format 2, in a codec this request version may carry
 * (`ProduceRequest.validateRecords`).
 */
export function readProducedBatch(records: Buffer | null, apiVersion: number): RecordBatchHeader | Refusal {
  if (records === null || records.length < MAGIC_AT + 1) return noBatch();
  const length = records.readInt32BE(LENGTH_AT);
  if (length < LEGACY_RECORD_OVERHEAD_BYTES) {
    return refusal('CORRUPT_MESSAGE', `a batch length of ${length} is below the smallest possible one`);
  }
  if (records.length < LOG_OVERHEAD_BYTES + length) return noBatch();
  const magic = records.readInt8(MAGIC_AT);
  if (magic < 0 || magic > 2) return refusal('CORRUPT_MESSAGE', `invalid magic ${magic}`);
  if (magic !== 2)
    return refusal('INVALID_RECORD', `only record batches with magic version 2 are accepted, not ${magic}`);
  if (LOG_OVERHEAD_BYTES + length < BATCH_OVERHEAD_BYTES) {
    return refusal('CORRUPT_MESSAGE', `a batch of ${LOG_OVERHEAD_BYTES + length} bytes is smaller than its header`);
  }
  const header = readHeader(records.subarray(0, LOG_OVERHEAD_BYTES + length));
  if (isRefusal(header)) return header;
  if (header.compressionType === 'zstd' && apiVersion < ZSTD_SINCE_PRODUCE_VERSION) {
    return refusal('UNSUPPORTED_COMPRESSION_TYPE', 'zstd needs Produce version 7');
  }
  if (records.length >= LOG_OVERHEAD_BYTES + length + MAGIC_AT + 1) {
    return refusal('INVALID_RECORD', 'exactly one record batch per partition is accepted');
  }
  return header;
}

/** False for a producer without idempotence. Its sequences mean nothing then, whatever they are: kafkajs counts from 0. */
export function hasProducer({ producerId }: RecordBatchHeader): boolean {
  return !NO_PRODUCER_ID.equals(producerId);
}

function readHeader(batch: Buffer): RecordBatchHeader | Refusal {
  try {
    return decodeRecordBatchHeaders(batch)[0] ?? noBatch();
  } catch (error) {
    if (!(error instanceof CorruptRecordBatchError)) throw error;
    return refuseUnreadable(batch, error.message);
  }
}

function noBatch(): Refusal {
  return refusal('INVALID_RECORD', 'at least one record batch per partition is required');
}
