import { crc32c, type Codec, type RecordBatchHeader } from 'kafka-wire';
import type { Codecs } from './acceptance.js';
import { ByteCursor } from './byte-cursor.js';
import type { LogLimits } from './log-limits.js';
import { segmentsOf } from './segments.js';
import type { StoredBatch } from './stored-batch.js';

const BATCH_HEADER_BYTES = 61;
const LOG_OVERHEAD_BYTES = 12;
const LENGTH_AT = 8;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const RECORD_COUNT_AT = 57;

/** What compaction needs to know besides the log itself. */
export interface Compaction {
  readonly limits: LogLimits;
  readonly nowMs: number;
  /** Of the first record that must stay as it is: not replicated yet, or of an open transaction. */
  readonly untilOffset: number;
  readonly codecs: Codecs;
}

interface KeyedRecord {
  readonly offset: number;
  /** Undefined without a key, which only records from before the topic was compacted are. */
  readonly key: string | undefined;
  readonly isTombstone: boolean;
  /** With its length in front. */
  readonly bytes: Buffer;
}

interface ReadableBatch {
  readonly batch: StoredBatch;
  readonly codec: Codec;
  readonly records: readonly KeyedRecord[];
}

/**
 * The batches of a log without the records that a later one of the same key replaces: Kafka's `LogCleaner`, in one go.
 *
 * The active segment stays as it is. So do batches of transactions and their markers, and what cannot be read. Offsets stay: gaps show where
 * records were. A tombstone goes `delete.retention.ms` after it was first left over.
 */
export function compact(
  batches: readonly StoredBatch[],
  { limits, nowMs, untilOffset, codecs }: Compaction,
): StoredBatch[] {
  const active = segmentsOf(batches, limits).at(-1)?.batches[0]?.baseOffset ?? 0;
  const isOldEnough = ({ header }: StoredBatch) => nowMs - header.maxTimestamp >= limits.minCompactionLagMs;
  const firstYoung = batches.find((batch) => !isOldEnough(batch))?.baseOffset ?? Infinity;
  const until = Math.min(active, untilOffset, firstYoung);
  const readable = new Map<StoredBatch, ReadableBatch>();
  const latest = new Map<string, number>();
  for (const batch of batches) {
    const content = batch.lastOffset < until ? readBatch(batch, codecs) : undefined;
    if (content === undefined) continue;
    readable.set(batch, content);
    for (const { key, offset } of content.records) if (key !== undefined) latest.set(key, offset);
  }
  return batches.flatMap((batch) => {
    const content = readable.get(batch);
    return content === undefined ? [batch] : (cleaned(content, latest, nowMs, limits) ?? []);
  });
}

function readBatch(batch: StoredBatch, codecs: Codecs): ReadableBatch | undefined {
  const { header, bytes, baseOffset } = batch;
  const codec = codecs.get(header.compressionType);
  if (codec === undefined || header.isTransactional || header.isControl) return undefined;
  const body = codec.decompressSync(bytes.subarray(BATCH_HEADER_BYTES));
  const cursor = new ByteCursor(body, 0, body.length);
  const records = Array.from({ length: header.recordCount }, () => readRecord(cursor, baseOffset));
  return { batch, codec, records };
}

function readRecord(cursor: ByteCursor, baseOffset: number): KeyedRecord {
  const start = cursor.position;
  const size = cursor.varint();
  const end = cursor.position + size;
  cursor.byte();
  cursor.varlong();
  const offset = baseOffset + cursor.varint();
  const keySize = cursor.varint();
  const key = keySize < 0 ? undefined : cursor.bytes.toString('latin1', cursor.position, cursor.position + keySize);
  cursor.skip(keySize);
  const isTombstone = cursor.varint() < 0;
  cursor.position = end;
  return { offset, key, isTombstone, bytes: cursor.bytes.subarray(start, end) };
}

/** What is left of a batch; undefined for nothing. */
function cleaned(
  { batch, codec, records }: ReadableBatch,
  latest: ReadonlyMap<string, number>,
  nowMs: number,
  { deleteRetentionMs }: LogLimits,
): StoredBatch | undefined {
  const tombstonesGoAtMs = batch.tombstonesGoAtMs ?? nowMs + deleteRetentionMs;
  const kept = records.filter(
    ({ key, offset, isTombstone }) =>
      key !== undefined && latest.get(key) === offset && !(isTombstone && nowMs > tombstonesGoAtMs),
  );
  if (kept.length === 0) return undefined;
  const marked = kept.some(({ isTombstone }) => isTombstone) ? { ...batch, tombstonesGoAtMs } : batch;
  return kept.length === records.length ? marked : { ...marked, ...rebuilt(batch, codec, kept) };
}

function rebuilt(
  { bytes, header }: StoredBatch,
  codec: Codec,
  kept: readonly KeyedRecord[],
): { bytes: Buffer; header: RecordBatchHeader } {
  const body = codec.compressSync(Buffer.concat(kept.map((record) => record.bytes)));
  const smaller = Buffer.concat([bytes.subarray(0, BATCH_HEADER_BYTES), body]);
  smaller.writeInt32BE(smaller.length - LOG_OVERHEAD_BYTES, LENGTH_AT);
  smaller.writeInt32BE(kept.length, RECORD_COUNT_AT);
  const crc = crc32c(smaller, ATTRIBUTES_AT);
  smaller.writeUInt32BE(crc, CRC_AT);
  return { bytes: smaller, header: { ...header, sizeBytes: smaller.length, recordCount: kept.length, crc } };
}
