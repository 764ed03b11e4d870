import type { Crc32c } from '../checksum/crc32c.js';
import type { Codec } from '../compression/codec.js';
import { ByteWriter } from '../primitives/byte-writer.js';
import { NO_PRODUCER_ID } from '../primitives/producer-id.js';
import { FIELD, RecordBatchBuilder } from './record-batch-builder.js';
import { stampRecordBatch, type RecordBatchStamp } from './record-batch-stamp.js';
import { SizedRecord, type RecordBytes, type RecordHeader } from './sized-record.js';

export interface RecordBatchInput {
  readonly records: readonly RecordInput[];
  /** None: the records are not compressed. */
  readonly codec?: Codec;
  /** None: the batch is not idempotent. */
  readonly producer?: RecordBatchStamp;
  /** Default 0, as in a produce request. */
  readonly baseOffset?: number;
  /** Default -1, as in a produce request. */
  readonly partitionLeaderEpoch?: number;
  /** The records are one marker, see `encodeControlRecord`. */
  readonly isControl?: boolean;
  /** Time of the broker, in milliseconds, that replaces those of the records. */
  readonly appendTimestamp?: number;
}

export interface RecordInput {
  readonly key?: RecordBytes;
  readonly value?: RecordBytes;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers?: readonly RecordHeader[];
}

const NOT_IDEMPOTENT: RecordBatchStamp = { producerId: NO_PRODUCER_ID, producerEpoch: -1, baseSequence: -1 };
const APPEND_TIME_BIT = 0x08;
const CONTROL_BIT = 0x20;

/**
 * A whole batch in one call, for brokers, tools and tests. A producer uses the two parts, `RecordBatchBuilder` when it seals a batch and
 * `stampRecordBatch` when it sends it.
 */
export async function encodeRecordBatch(input: RecordBatchInput, checksum?: Crc32c): Promise<Buffer> {
  const { codec } = input;
  const builder = new RecordBatchBuilder();
  for (const { key = null, value = null, timestamp, headers } of input.records) {
    builder.append(new SizedRecord(key, value, timestamp, headers));
  }
  const batch = codec?.id ? builder.buildCompressed(codec.id, await codec.compress(builder.records)) : builder.build();
  batch.writeInt32BE(input.partitionLeaderEpoch ?? -1, FIELD.partitionLeaderEpoch);
  writeInt64(batch, FIELD.baseOffset, input.baseOffset ?? 0);
  let attributes = batch.readInt16BE(FIELD.attributes);
  if (input.isControl) attributes |= CONTROL_BIT;
  if (input.appendTimestamp !== undefined) {
    attributes |= APPEND_TIME_BIT;
    writeInt64(batch, FIELD.maxTimestamp, input.appendTimestamp);
  }
  batch.writeInt16BE(attributes, FIELD.attributes);
  stampRecordBatch(batch, input.producer ?? NOT_IDEMPOTENT, checksum);
  return batch;
}

function writeInt64(batch: Buffer, position: number, value: number): void {
  const writer = new ByteWriter(8);
  writer.int64(value);
  batch.set(writer.build(), position);
}
