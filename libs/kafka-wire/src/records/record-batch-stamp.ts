import { crc32c } from '../checksum/crc32c.js';
import { FIELD } from './record-batch-builder.js';

/** Who wrote a batch and where it stands in that producer's order. Written into a batch when it is sent for the first time. */
export interface RecordBatchStamp {
  /** Eight opaque bytes; {@link NO_PRODUCER_ID} for a producer without idempotence. */
  readonly producerId: Uint8Array;
  /** 0..32767; -1 without idempotence. */
  readonly producerEpoch: number;
  /** Sequence of the first record, 0..2^31-1; -1 without idempotence. */
  readonly baseSequence: number;
  readonly isTransactional?: boolean | undefined;
}

const TRANSACTIONAL_BIT = 0x10;

/** Checksum of `bytes` from `start` to the end, unsigned 32-bit. */
export type ChecksumFunction = (bytes: Uint8Array, start: number) => number;

/**
 * Writes the stamp and the CRC into a built batch.
 *
 * The stamp lies inside the bytes the CRC covers, so the CRC is computed here and not when the body is built. A batch whose earlier attempt
 * may have been appended must not be stamped again: the broker recognises a repeat by exactly these fields.
 */
export function stampRecordBatch(batch: Buffer, stamp: RecordBatchStamp, checksum: ChecksumFunction = crc32c): void {
  batch.set(stamp.producerId, FIELD.producerId);
  batch.writeInt16BE(stamp.producerEpoch, FIELD.producerEpoch);
  batch.writeInt32BE(stamp.baseSequence, FIELD.baseSequence);
  const attributes = batch.readInt16BE(FIELD.attributes) & ~TRANSACTIONAL_BIT;
  batch.writeInt16BE(stamp.isTransactional ? attributes | TRANSACTIONAL_BIT : attributes, FIELD.attributes);
  batch.writeUInt32BE(checksum(batch, FIELD.attributes), FIELD.crc);
}
