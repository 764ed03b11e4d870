import { DEFAULT_MAX_DECOMPRESSED_BYTES, type Codec } from '../compression/codec.js';
import { DecompressionError } from '../compression/compression.errors.js';
import { loadCodec } from '../compression/load-codec.js';
import { ByteReader } from '../primitives/byte-reader.js';
import { WireError } from '../primitives/wire-error.js';
import { RECORD_BATCH_HEADER_BYTES } from './record-batch-builder.js';
import type { RecordBatchHeader } from './record-batch-header.js';
import { CorruptRecordBatchError } from './record-batch.errors.js';

export interface DecodedRecord {
  readonly offset: number;
  /** Milliseconds since the epoch; -1 for none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  /** Null for a tombstone. */
  readonly value: Buffer | null;
  readonly headers: readonly DecodedRecordHeader[];
}

export interface DecodedRecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** Length, attributes, time, offset, key length, value length and header count, one byte each. */
const MIN_RECORD_BYTES = 7;
/** Key length and value length. */
const MIN_HEADER_BYTES = 2;
const NO_HEADERS: readonly DecodedRecordHeader[] = [];

/**
 * The records of one batch, decompressed.
 *
 * Keys and values are views: of `buffer` when the batch is not compressed, of one new buffer per batch when it is. Copy what outlives the
 * rest. Counts and lengths are held against the bytes there are before anything is allocated for them.
 *
 * @param maxSizeBytes refuse a batch that decompresses to more
 * @param codec of the batch's compression, where the caller has it; left out, it is loaded
 * @throws CorruptRecordBatchError
 * @throws CodecUnavailableError install the package it names
 */
export async function decodeRecords(
  buffer: Buffer,
  header: RecordBatchHeader,
  maxSizeBytes = DEFAULT_MAX_DECOMPRESSED_BYTES,
  codec?: Pick<Codec, 'decompress'>,
): Promise<DecodedRecord[]> {
  try {
    return readRecords(await recordBytes(buffer, header, maxSizeBytes, codec), header);
  } catch (cause) {
    if (!(cause instanceof WireError) && !(cause instanceof DecompressionError)) throw cause;
    throw new CorruptRecordBatchError({ reason: cause.message, position: header.position, cause });
  }
}

async function recordBytes(
  buffer: Buffer,
  header: RecordBatchHeader,
  maxSizeBytes: number,
  given?: Pick<Codec, 'decompress'>,
): Promise<Buffer> {
  const { position, sizeBytes, compressionType, recordCount } = header;
  const body = new ByteReader(buffer, position + RECORD_BATCH_HEADER_BYTES).bytes(
    sizeBytes - RECORD_BATCH_HEADER_BYTES,
  );
  if (compressionType === 'none' || recordCount === 0) return body;
  const codec = given ?? (await loadCodec(compressionType));
  return codec.decompress(body, maxSizeBytes);
}

function readRecords(bytes: Buffer, header: RecordBatchHeader): DecodedRecord[] {
  if (header.recordCount * MIN_RECORD_BYTES > bytes.length) {
    throw new WireError({ reason: `${bytes.length} bytes cannot hold ${header.recordCount} records` });
  }
  const reader = new ByteReader(bytes);
  const records: DecodedRecord[] = [];
  for (let i = 0; i < header.recordCount; i++) {
    const sizeBytes = reader.varint();
    const end = reader.position + sizeBytes;
    records.push(readRecord(reader, header));
    if (reader.position !== end) {
      throw new WireError({ reason: `record ${i} does not fill its ${sizeBytes} bytes`, position: reader.position });
    }
  }
  if (reader.remaining > 0) throw new WireError({ reason: `${reader.remaining} bytes behind the last record` });
  return records;
}

function readRecord(reader: ByteReader, header: RecordBatchHeader): DecodedRecord {
  reader.skip(1); // attributes: none are defined
  const timestampDelta = reader.varlong();
  const timestamp = header.timestampType === 'append' ? header.maxTimestamp : header.baseTimestamp + timestampDelta;
  const offset = header.baseOffset + reader.varint();
  return { offset, timestamp, key: nullableBytes(reader), value: nullableBytes(reader), headers: readHeaders(reader) };
}

function readHeaders(reader: ByteReader): readonly DecodedRecordHeader[] {
  const count = reader.varint();
  if (count === 0) return NO_HEADERS;
  if (count < 0 || count * MIN_HEADER_BYTES > reader.remaining) {
    throw new WireError({
      reason: `${reader.remaining} bytes cannot hold ${count} headers`,
      position: reader.position,
    });
  }
  const headers: DecodedRecordHeader[] = [];
  for (let i = 0; i < count; i++) headers.push({ key: reader.utf8(reader.varint()), value: nullableBytes(reader) });
  return headers;
}

/** Bytes behind their length; -1 is null. */
function nullableBytes(reader: ByteReader): Buffer | null {
  const sizeBytes = reader.varint();
  return sizeBytes === -1 ? null : reader.bytes(sizeBytes);
}
