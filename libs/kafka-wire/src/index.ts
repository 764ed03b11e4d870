
// Records: batches as they are written
export { SizedRecord, sizeOf, RECORD_OVERHEAD_BYTES, type RecordBytes, type RecordHeader } from './records/sized-record.js';
export { RecordBatchBuilder, RECORD_BATCH_HEADER_BYTES } from './records/record-batch-builder.js';
export { stampRecordBatch, type ChecksumFunction, type RecordBatchStamp } from './records/record-batch-stamp.js';
export {
  encodeProduceRequest,
  type ProducePartition,
  type ProduceRequest,
  type ProduceTopic,
} from './records/produce-request.js';

// Checksum
export { crc32c, type Crc32c } from './checksum/crc32c.js';
export { loadCrc32c } from './checksum/load-crc32c.js';
