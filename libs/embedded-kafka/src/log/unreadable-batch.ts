import { crc32c } from 'kafka-wire';
import { refusal, type Refusal } from './refusal.js';

const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const RECORD_COUNT_AT = 57;
const COMPRESSION_BITS = 0x07;
const LAST_COMPRESSION_ID = 4;

/**
 * Why a batch of format 2 is refused whose header has values that cannot be: what Kafka says to each, in its order.
 *
 * What is left when everything else is sound are timestamps beyond 2^53, which lie in no range.
 *
 * @param batch one whole batch, its header at least
 */
export function refuseUnreadable(batch: Buffer, reason: string): Refusal {
  if (crc32c(batch, ATTRIBUTES_AT, batch.length) !== batch.readUInt32BE(CRC_AT))
    return refusal('CORRUPT_MESSAGE', reason);
  const hasBaseOffset = batch.readInt32BE(0) !== 0 || batch.readInt32BE(4) !== 0;
  if (hasBaseOffset || batch.readInt32BE(LAST_OFFSET_DELTA_AT) < 0 || batch.readInt32BE(RECORD_COUNT_AT) < 0) {
    return refusal('INVALID_RECORD', reason);
  }
  if ((batch.readInt16BE(ATTRIBUTES_AT) & COMPRESSION_BITS) > LAST_COMPRESSION_ID) {
    return refusal('UNKNOWN_SERVER_ERROR', reason);
  }
  return refusal('INVALID_TIMESTAMP', reason);
}
