import { crc32c, type RecordBatchHeader } from 'kafka-wire';
import type { Acceptance, AcceptedBatch, BatchContent } from './acceptance.js';

const BATCH_HEADER_BYTES = 61;
const LOG_OVERHEAD_BYTES = 12;
const LENGTH_AT = 8;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const MAX_TIMESTAMP_AT = 35;
const COMPRESSION_MASK = 0x07;
const LOG_APPEND_TIME_BIT = 0x08;
const TWO_POW_32 = 0x1_0000_0000;

/**
 * The bytes a batch is stored as: a copy, in the topic's compression, with the time the topic says.
 *
 * Only where something differs does the broker write into bytes the CRC covers, and computes it anew.
 */
export function rewriteBatch(
  records: Buffer,
  header: RecordBatchHeader,
  { body, maxTimestamp }: BatchContent,
  { limits, nowMs, codecs }: Acceptance,
): AcceptedBatch {
  const { logAppendTime } = limits;
  const wanted = limits.compressionType ?? header.compressionType;
  const codec = wanted === header.compressionType ? undefined : codecs.get(wanted);
  const isRecompressed = codec !== undefined && body !== undefined;
  const bytes = isRecompressed
    ? Buffer.concat([records.subarray(0, BATCH_HEADER_BYTES), codec.compressSync(body)])
    : Buffer.from(records.subarray(0, header.sizeBytes));
  const isOtherwise =
    isRecompressed || logAppendTime || header.timestampType === 'append' || maxTimestamp !== header.maxTimestamp;
  // The producer id is copied too: a view of the request would keep the whole request in memory.
  const producerId = Buffer.from(header.producerId);
  if (!isOtherwise) return { bytes, header: { ...header, producerId }, logAppendTimeMs: -1 };
  const stored: RecordBatchHeader = {
    ...header,
    producerId,
    sizeBytes: bytes.length,
    compressionType: isRecompressed ? wanted : header.compressionType,
    attributes: attributesOf(header, isRecompressed ? codec.id : undefined, logAppendTime),
    timestampType: logAppendTime ? 'append' : 'create',
    maxTimestamp: logAppendTime ? nowMs : maxTimestamp,
  };
  return { bytes, header: seal(bytes, stored), logAppendTimeMs: logAppendTime ? nowMs : -1 };
}

function attributesOf({ attributes }: RecordBatchHeader, codecId: number | undefined, logAppendTime: boolean): number {
  const compressed = codecId === undefined ? attributes : (attributes & ~COMPRESSION_MASK) | codecId;
  return logAppendTime ? compressed | LOG_APPEND_TIME_BIT : compressed & ~LOG_APPEND_TIME_BIT;
}

function seal(bytes: Buffer, header: RecordBatchHeader): RecordBatchHeader {
  bytes.writeInt32BE(bytes.length - LOG_OVERHEAD_BYTES, LENGTH_AT);
  bytes.writeInt16BE(header.attributes, ATTRIBUTES_AT);
  bytes.writeInt32BE(Math.floor(header.maxTimestamp / TWO_POW_32), MAX_TIMESTAMP_AT);
  bytes.writeUInt32BE(((header.maxTimestamp % TWO_POW_32) + TWO_POW_32) % TWO_POW_32, MAX_TIMESTAMP_AT + 4);
  const crc = crc32c(bytes, ATTRIBUTES_AT);
  bytes.writeUInt32BE(crc, CRC_AT);
  return { ...header, crc };
}
