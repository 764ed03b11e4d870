import { crc32c, type Crc32c } from '../checksum/crc32c.js';
import { COMPRESSION_IDS, type CompressionType } from '../compression/codec.js';
import { ByteReader } from '../primitives/byte-reader.js';
import type { ProducerId } from '../primitives/producer-id.js';
import { FIELD, RECORD_BATCH_HEADER_BYTES } from './record-batch-builder.js';
import { CorruptRecordBatchError } from './record-batch.errors.js';

/** Everything about a batch that can be known without looking at its records. */
export interface RecordBatchHeader {
  /** Where the batch begins in the buffer, in bytes. */
  readonly position: number;
  /** Of the whole batch, this header included. */
  readonly sizeBytes: number;
  /** Offset of the first record; 0 in a produce request, the broker assigns it. */
  readonly baseOffset: number;
  /** Assigned by the broker; -1 before. */
  readonly partitionLeaderEpoch: number;
  readonly magic: 2;
  /** Over everything behind this field, so neither the offset nor the leader epoch is protected by it. */
  readonly crc: number;
  readonly attributes: number;
  readonly compressionType: CompressionType;
  /** 'append': the records carry no times of their own, all have {@link maxTimestamp}. */
  readonly timestampType: 'create' | 'append';
  readonly isTransactional: boolean;
  /** The batch holds one marker that ends a transaction, see `decodeControlRecord`, and nothing an application wrote. */
  readonly isControl: boolean;
  /** {@link baseTimestamp} is also the time at which the cleaner may remove the batch's tombstones. */
  readonly hasDeleteHorizon: boolean;
  /** Offset of the last record minus {@link baseOffset}; stays when the cleaner removes that record. */
  readonly lastOffsetDelta: number;
  /** Milliseconds since the epoch; -1 for none. */
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  /** A view of the input. */
  readonly producerId: ProducerId;
  /** -1 without idempotence. */
  readonly producerEpoch: number;
  /** Sequence of the first record; -1 without idempotence and in control batches. */
  readonly baseSequence: number;
  /** 0 when the cleaner has removed every record. */
  readonly recordCount: number;
}

/** Bytes before the field that the length counts from. */
const LENGTH_PREFIX_BYTES = FIELD.partitionLeaderEpoch;
const ATTRIBUTE = { compression: 0x07, appendTime: 0x08, transactional: 0x10, control: 0x20, deleteHorizon: 0x40 };
const COMPRESSION_TYPES = Object.keys(COMPRESSION_IDS) as CompressionType[];

/**
 * The headers of the batches that lie one behind the other in `buffer`, as in a fetch response or a log segment.
 *
 * A last batch that is cut short is left out: brokers cut a fetch response at its size limit. Checksums are not looked at, see
 * `verifyRecordBatch`.
 *
 * @throws CorruptRecordBatchError for a length that cannot be, another format version than 2, an unknown compression
 */
export function decodeRecordBatchHeaders(buffer: Buffer): RecordBatchHeader[] {
  const headers: RecordBatchHeader[] = [];
  for (let position = 0; position + LENGTH_PREFIX_BYTES <= buffer.length;) {
    const sizeBytes = LENGTH_PREFIX_BYTES + buffer.readInt32BE(position + FIELD.length);
    const available = buffer.length - position;
    if (available > FIELD.magic) assertMagic(buffer.readInt8(position + FIELD.magic), position);
    if (sizeBytes < RECORD_BATCH_HEADER_BYTES) {
      throw new CorruptRecordBatchError({ reason: `its size of ${sizeBytes} bytes is less than a header's`, position });
    }
    if (sizeBytes > available) break;
    headers.push(decodeHeader(buffer, position, sizeBytes));
    position += sizeBytes;
  }
  return headers;
}

/** Whether the bytes are the ones that were written. False also for a header that belongs to another buffer. */
export function verifyRecordBatch(buffer: Buffer, header: RecordBatchHeader, checksum: Crc32c = crc32c): boolean {
  const end = header.position + header.sizeBytes;
  return end <= buffer.length && checksum(buffer, header.position + FIELD.attributes, end) === header.crc;
}

function decodeHeader(buffer: Buffer, position: number, sizeBytes: number): RecordBatchHeader {
  try {
    return readHeader(new ByteReader(buffer, position, position + sizeBytes), position, sizeBytes);
  } catch (cause) {
    if (cause instanceof CorruptRecordBatchError) throw cause;
    throw new CorruptRecordBatchError({ reason: (cause as Error).message, position, cause });
  }
}

/** The fields in the order of Kafka's `DefaultRecordBatch`. */
function readHeader(reader: ByteReader, position: number, sizeBytes: number): RecordBatchHeader {
  const baseOffset = reader.int64();
  reader.skip(4); // the length, known
  const partitionLeaderEpoch = reader.int32();
  reader.skip(1); // the magic, known
  const crc = reader.uint32();
  const attributes = reader.int16();
  const header: RecordBatchHeader = {
    position,
    sizeBytes,
    baseOffset,
    partitionLeaderEpoch,
    magic: 2,
    crc,
    attributes,
    compressionType: compressionTypeOf(attributes, position),
    timestampType: attributes & ATTRIBUTE.appendTime ? 'append' : 'create',
    isTransactional: (attributes & ATTRIBUTE.transactional) !== 0,
    isControl: (attributes & ATTRIBUTE.control) !== 0,
    hasDeleteHorizon: (attributes & ATTRIBUTE.deleteHorizon) !== 0,
    lastOffsetDelta: reader.int32(),
    baseTimestamp: reader.int64(),
    maxTimestamp: reader.int64(),
    producerId: reader.bytes(8),
    producerEpoch: reader.int16(),
    baseSequence: reader.int32(),
    recordCount: reader.int32(),
  };
  const wrong = header.recordCount < 0 ? 'record count' : header.lastOffsetDelta < 0 ? 'last offset delta' : undefined;
  if (wrong) throw new CorruptRecordBatchError({ reason: `its ${wrong} is negative`, position });
  return header;
}

function assertMagic(magic: number, position: number): void {
  if (magic === 2) return;
  const reason =
    magic === 0 || magic === 1
      ? `format version ${magic} was written before Kafka 0.11 and is not supported`
      : `format version ${magic} is unknown`;
  throw new CorruptRecordBatchError({ reason, position });
}

function compressionTypeOf(attributes: number, position: number): CompressionType {
  const id = attributes & ATTRIBUTE.compression;
  const type = COMPRESSION_TYPES[id];
  if (type === undefined) throw new CorruptRecordBatchError({ reason: `compression ${id} is unknown`, position });
  return type;
}
