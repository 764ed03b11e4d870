import { DecompressionError, verifyRecordBatch, type RecordBatchHeader } from 'kafka-wire';
import type { Acceptance, AcceptedBatch, BatchContent, BatchLimits } from './acceptance.js';
import { hasProducer } from './batch-check.js';
import { MalformedRecordsError } from './byte-cursor.js';
import { recordRefusal } from './record-refusal.js';
import { scanRecords, type RecordScan } from './record-scan.js';
import { isRefusal, refusal, type Refusal } from './refusal.js';
import { rewriteBatch } from './rewrite-batch.js';

const BATCH_HEADER_BYTES = 61;
/** What a batch may grow to when it is decompressed, which is also what kafka-wire reads. Kafka streams the records, and has no limit. */
const MAX_RECORDS_BYTES = 0x1000_0000;

/**
 * What the leader checks before the sequences, in Kafka's order (`UnifiedLog.analyzeAndValidateRecords`, then `LogValidator`), and the batch
 * as it is stored: a copy, with the broker's time or in another compression where the topic says so.
 */
export function acceptBatch(records: Buffer, header: RecordBatchHeader, to: Acceptance): AcceptedBatch | Refusal {
  const wrong = checkBatch(records, header, to.limits);
  if (wrong !== undefined) return wrong;
  const content = readContent(records, header, to);
  if (isRefusal(content)) return content;
  const stored = rewriteBatch(records, header, content, to);
  return stored.bytes.length > to.limits.maxMessageBytes ? tooLarge(stored.bytes.length, to.limits) : stored;
}

function checkBatch(records: Buffer, header: RecordBatchHeader, limits: BatchLimits): Refusal | undefined {
  if (header.baseOffset !== 0) {
    return refusal('INVALID_RECORD', `the base offset must be 0, not ${header.baseOffset}`);
  }
  if (header.sizeBytes > limits.maxMessageBytes) return tooLarge(header.sizeBytes, limits);
  if (!verifyRecordBatch(records, header)) return refusal('CORRUPT_MESSAGE', 'the CRC does not match');
  if (header.recordCount === 0 || header.recordCount !== header.lastOffsetDelta + 1) {
    return refusal(
      'INVALID_RECORD',
      `${header.recordCount} records with a last offset delta of ${header.lastOffsetDelta}`,
    );
  }
  if (header.isControl) return refusal('INVALID_RECORD', 'clients may not write control records');
  if (hasProducer(header) && header.baseSequence < 0) {
    return refusal('INVALID_RECORD', `invalid sequence number ${header.baseSequence}`);
  }
  return undefined;
}

function tooLarge(sizeBytes: number, { maxMessageBytes }: BatchLimits): Refusal {
  return refusal('MESSAGE_TOO_LARGE', `the batch has ${sizeBytes} bytes, max.message.bytes is ${maxMessageBytes}`);
}

function readContent(records: Buffer, header: RecordBatchHeader, to: Acceptance): BatchContent | Refusal {
  const codec = to.codecs.get(header.compressionType);
  if (codec === undefined) return { body: undefined, maxTimestamp: header.maxTimestamp };
  try {
    const body = codec.decompressSync(records.subarray(BATCH_HEADER_BYTES, header.sizeBytes), MAX_RECORDS_BYTES);
    const scan = scanBody(body, header, to);
    if (scan.faulty.length > 0) return recordRefusal(scan.faulty, to);
    if (!scan.isInOrder && isCompressedInPlace(header, to.limits)) {
      return refusal('UNKNOWN_SERVER_ERROR', 'the records of a compressed batch do not count from 0');
    }
    return { body, maxTimestamp: scan.maxTimestamp };
  } catch (error) {
    if (error instanceof DecompressionError) return refusal('UNKNOWN_SERVER_ERROR', error.message);
    if (!(error instanceof MalformedRecordsError)) throw error;
    const isUnexpected = error.isUnexpected && header.compressionType === 'none';
    return refusal(isUnexpected ? 'UNKNOWN_SERVER_ERROR' : 'INVALID_RECORD', error.reason);
  }
}

function scanBody(body: Buffer, header: RecordBatchHeader, { limits, nowMs }: Acceptance): RecordScan {
  const batch = {
    bytes: body,
    start: 0,
    end: body.length,
    recordCount: header.recordCount,
    baseTimestamp: header.baseTimestamp,
    appendTimestamp: header.timestampType === 'append' ? header.maxTimestamp : undefined,
    checksSizes: !isCompressedInPlace(header, limits),
  };
  const timestamps = limits.logAppendTime
    ? undefined
    : { earliest: nowMs - limits.timestampBeforeMaxMs, latest: nowMs + limits.timestampAfterMaxMs };
  return scanRecords(batch, { needsKeys: limits.needsKeys, timestamps });
}

/** Compressed, and stored as it came: Kafka reads such a batch with a reader of its own, which skips what it does not need. */
function isCompressedInPlace({ compressionType }: RecordBatchHeader, limits: BatchLimits): boolean {
  return compressionType !== 'none' && (limits.compressionType ?? compressionType) === compressionType;
}
