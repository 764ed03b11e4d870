import { crc32c, encodeRecordBatch, loadCodec, type CompressionType, type RecordInput } from 'kafka-wire';

const HEADER_BYTES = 61;
const LENGTH_AT = 8;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LOG_OVERHEAD_BYTES = 12;

/** Fields of a batch that tests lie in. */
export const BATCH_FIELD = { attributes: 21, lastOffsetDelta: 23, maxTimestamp: 35, recordCount: 57 } as const;

/** A batch whose length and checksum are right, whatever was done to it: what a broker refuses it for is in its content. */
export function sealed(batch: Buffer, change: (copy: Buffer) => void = () => undefined): Buffer {
  const copy = Buffer.from(batch);
  change(copy);
  copy.writeInt32BE(copy.length - LOG_OVERHEAD_BYTES, LENGTH_AT);
  copy.writeUInt32BE(crc32c(copy, ATTRIBUTES_AT), CRC_AT);
  return copy;
}

/** A batch with other bytes where its records are, compressed. */
export async function withRecordBytes(batch: Buffer, body: Buffer, type: CompressionType = 'none'): Promise<Buffer> {
  const codec = await loadCodec(type);
  const whole = Buffer.concat([batch.subarray(0, HEADER_BYTES), await codec.compress(body)]);
  return sealed(whole, (it) => it.writeInt16BE(codec.id, ATTRIBUTES_AT));
}

/** The records of an uncompressed batch. */
export function recordBytes(batch: Buffer): Buffer {
  return Buffer.from(batch.subarray(HEADER_BYTES));
}

export async function batchOf(records: readonly RecordInput[], type: CompressionType = 'none'): Promise<Buffer> {
  return encodeRecordBatch({ records, codec: await loadCodec(type) });
}

/** Records of now with keys. */
export function someRecords(count: number, with_: Partial<RecordInput> = {}): RecordInput[] {
  const timestamp = Date.now();
  return Array.from({ length: count }, (_, at) => ({ key: `key ${at}`, value: `value ${at}`, timestamp, ...with_ }));
}
