import { crc32c } from 'kafka-wire';

const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const MAX_TIMESTAMP_AT = 35;
const LOG_APPEND_TIME_BIT = 0x08;
const TWO_POW_32 = 0x1_0000_0000;

/** Makes a batch carry the broker's time (`message.timestamp.type=LogAppendTime`). The only case in which a broker writes into bytes the CRC covers. */
export function stampLogAppendTime(batch: Buffer, nowMs: number): void {
  batch.writeInt16BE(batch.readInt16BE(ATTRIBUTES_AT) | LOG_APPEND_TIME_BIT, ATTRIBUTES_AT);
  batch.writeInt32BE(Math.floor(nowMs / TWO_POW_32), MAX_TIMESTAMP_AT);
  batch.writeUInt32BE(nowMs % TWO_POW_32, MAX_TIMESTAMP_AT + 4);
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT), CRC_AT);
}
