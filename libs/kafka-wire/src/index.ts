// Protocol: primitives, message tables, requests and responses
export { ByteReader } from './primitives/byte-reader.js';
export { ByteWriter } from './primitives/byte-writer.js';
export { NO_PRODUCER_ID, producerIdKey, type ProducerId } from './primitives/producer-id.js';
export { ZERO_UUID, uuidFromBytes, uuidToBytes } from './primitives/uuid.js';
export { WireError, type WireErrorContext } from './primitives/wire-error.js';
export type {
  ApiDefinition,
  ApiName,
  RequestInput,
  RequestOf,
  ResponseInput,
  ResponseOf,
} from './schema/api-definition.js';
export type { Field, Fields, InputOf, MessageOf, ScalarType } from './schema/field.js';
export type { MessageSchema } from './schema/message-schema.js';
export type { VersionRange } from './schema/version-range.js';
export { apiByKey, apis, type Apis } from './protocol/apis.js';
export { errorCode, errorCodes, errorName, isRetriableError, type ErrorName } from './protocol/error-codes.js';
export { FrameReader, type FrameReaderOptions } from './protocol/frame-reader.js';
export { UnknownApiError, UnsupportedVersionError } from './protocol/protocol-errors.js';
export { decodeRequest, encodeRequest, type DecodedRequest, type RequestHeader } from './protocol/request-codec.js';
export { decodeResponse, encodeResponse, peekCorrelationId, type DecodedResponse } from './protocol/response-codec.js';

// Records: batches as they are written
export {
  SizedRecord,
  sizeOf,
  RECORD_OVERHEAD_BYTES,
  type RecordBytes,
  type RecordHeader,
} from './records/sized-record.js';
export { RecordBatchBuilder, RECORD_BATCH_HEADER_BYTES, type BufferSource } from './records/record-batch-builder.js';
export { stampRecordBatch, type ChecksumFunction, type RecordBatchStamp } from './records/record-batch-stamp.js';
export {
  encodeProduceRequest,
  NEWEST_HAND_WRITTEN_PRODUCE_VERSION,
  type ProducePartition,
  type ProduceRequest,
  type ProduceTopic,
} from './records/produce-request.js';

// Checksum
export { crc32c, type Crc32c } from './checksum/crc32c.js';
export { loadCrc32c } from './checksum/load-crc32c.js';

// Compression
export type { Codec, CompressionId, CompressionType } from './compression/codec.js';
export {
  CodecUnavailableError,
  DecompressionError,
  InvalidCompressionLevelError,
} from './compression/compression.errors.js';
export { loadCodec } from './compression/load-codec.js';

// Records: batches as they are read
export { CorruptRecordBatchError } from './records/record-batch.errors.js';
export { decodeRecordBatchHeaders, verifyRecordBatch, type RecordBatchHeader } from './records/record-batch-header.js';
export { decodeRecords, type DecodedRecord, type DecodedRecordHeader } from './records/decode-records.js';
export { decodeControlRecord, encodeControlRecord, type ControlRecord } from './records/control-record.js';
export { encodeRecordBatch, type RecordBatchInput, type RecordInput } from './records/encode-record-batch.js';
