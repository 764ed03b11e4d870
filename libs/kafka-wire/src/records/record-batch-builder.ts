import { sizeOf, sizeOfVarint, type RecordBytes, type SizedRecord } from './sized-record.js';
import { readVarint, skipVarint, writeVarint } from './varint.js';

/** Bytes of a record batch (magic 2) before its first record. Source: Kafka's `DefaultRecordBatch`. */
export const RECORD_BATCH_HEADER_BYTES = 61;

const MAGIC = 2;
const NO_LEADER_EPOCH = -1;
const TWO_POW_32 = 0x1_0000_0000;
/** Below this length a loop over the characters beats the call into the runtime. */
const SHORT_STRING = 32;

/** Offsets of the header's fields, as in Kafka's `DefaultRecordBatch`. */
export const FIELD = {
  baseOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const;

/** Where a builder's memory comes from and goes back to. */
export interface BufferSource {
  /** @returns a buffer of at least so many bytes, content undefined */
  acquire(minBytes: number): Buffer;
  /**
   * Takes back a buffer that it handed out, whole. Nobody needs what is in it any more.
   *
   * @param wasBuilt it was given out as a batch: something between here and the network may still refer to its memory, which has to stay memory of a buffer
   */
  release(buffer: Buffer, wasBuilt: boolean): void;
}

/** Fresh memory each time, left to the garbage collector. */
const UNPOOLED: BufferSource = {
  acquire: (minBytes) => Buffer.allocUnsafeSlow(minBytes),
  release: () => {},
};

/**
 * Writes records straight into the buffer that will go on the wire.
 *
 * The *body* of a batch: encoded once. The *stamp* (producer id, epoch, sequence, CRC) is written later, into the room left at the front, by
 * `stampRecordBatch`. The buffer grows by doubling; nothing is allocated per record.
 */
export class RecordBatchBuilder {
  #buffer: Buffer;
  readonly #source: BufferSource;
  #position = RECORD_BATCH_HEADER_BYTES;
  #wasBuilt = false;
  #recordCount = 0;
  #baseTimestamp = 0;
  #maxTimestamp = 0;

  /**
   * @param initialCapacityBytes a guess of the final size; a good one saves copies, a bad one costs some.
   * @param source of the buffer and of the larger ones it is replaced by as it grows
   */
  constructor(initialCapacityBytes = 1024, source: BufferSource = UNPOOLED) {
    this.#source = source;
    this.#buffer = source.acquire(Math.max(initialCapacityBytes, RECORD_BATCH_HEADER_BYTES + 64));
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Bytes so far, the batch header included, before compression. */
  get sizeBytes(): number {
    return this.#position;
  }

  append(record: SizedRecord): void {
    if (this.#recordCount === 0) {
      this.#baseTimestamp = record.timestampMs;
      this.#maxTimestamp = record.timestampMs;
    } else if (record.timestampMs > this.#maxTimestamp) {
      this.#maxTimestamp = record.timestampMs;
    }
    this.#reserve(record.maxSizeBytes);
    const offsetDelta = this.#recordCount++;
    const timestampDelta = record.timestampMs - this.#baseTimestamp;
    const { keySizeBytes, valueSizeBytes, headers, headersSizeBytes } = record;
    const sizeBytes =
      1 +
      sizeOfVarint(timestampDelta) +
      sizeOfVarint(offsetDelta) +
      sizeOfVarint(keySizeBytes) +
      (keySizeBytes > 0 ? keySizeBytes : 0) +
      sizeOfVarint(valueSizeBytes) +
      (valueSizeBytes > 0 ? valueSizeBytes : 0) +
      sizeOfVarint(headers.length) +
      headersSizeBytes;

    const buffer = this.#buffer;
    let position = writeVarint(buffer, this.#position, sizeBytes);
    buffer[position++] = 0; // record attributes: none are defined
    position = writeVarint(buffer, position, timestampDelta);
    position = writeVarint(buffer, position, offsetDelta);
    position = writeBytes(buffer, position, record.key, keySizeBytes);
    position = writeBytes(buffer, position, record.value, valueSizeBytes);
    position = writeVarint(buffer, position, headers.length);
    for (let i = 0; i < headers.length; i++) {
      const header = headers[i]!;
      position = writeBytes(buffer, position, header.key, sizeOf(header.key));
      position = writeBytes(buffer, position, header.value, sizeOf(header.value));
    }
    this.#position = position;
  }

  /**
   * Takes records out again, by their place. Those behind them move up, which changes their offset deltas; the timestamps of the batch stay as they were.
   * Linear in the size of the batch, however many are taken out: for the rare caller who changes his mind.
   */
  remove(indices: ReadonlySet<number>): void {
    const old = this.#buffer;
    const end = this.#position;
    const kept = this.#source.acquire(old.length);
    let write = RECORD_BATCH_HEADER_BYTES;
    let offsetDelta = 0;
    for (let read = RECORD_BATCH_HEADER_BYTES, at = 0; read < end; at++) {
      const bodyStart = skipVarint(old, read);
      const timestampEnd = skipVarint(old, bodyStart + 1);
      const rest = skipVarint(old, timestampEnd);
      const next = bodyStart + readVarint(old, read);
      if (!indices.has(at)) {
        const sizeBytes = timestampEnd - bodyStart + sizeOfVarint(offsetDelta) + next - rest;
        write = writeVarint(kept, write, sizeBytes);
        write += old.copy(kept, write, bodyStart, timestampEnd);
        write = writeVarint(kept, write, offsetDelta++);
        write += old.copy(kept, write, rest, next);
      }
      read = next;
    }
    this.#replaceBuffer(kept);
    this.#position = write;
    this.#recordCount = offsetDelta;
  }

  /** The encoded records alone: what a codec compresses. A view, valid until the next `append`. */
  get records(): Buffer {
    return this.#buffer.subarray(RECORD_BATCH_HEADER_BYTES, this.#position);
  }

  /** The uncompressed batch, without its stamp. A view of the builder's buffer: do not append afterwards. */
  build(): Buffer {
    const batch = this.#buffer.subarray(0, this.#position);
    this.#writeHeader(batch, 0);
    this.#wasBuilt = true;
    return batch;
  }

  /** The batch around already compressed records, without its stamp. @param codecId 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  buildCompressed(codecId: number, compressedRecords: Uint8Array): Buffer {
    const batch = Buffer.allocUnsafeSlow(RECORD_BATCH_HEADER_BYTES + compressedRecords.length);
    batch.set(compressedRecords, RECORD_BATCH_HEADER_BYTES);
    this.#writeHeader(batch, codecId);
    return batch;
  }

  /** Gives the buffer back to its source. Neither the builder nor what `build()` and `records` returned may be used afterwards. */
  recycle(): void {
    this.#source.release(this.#buffer, this.#wasBuilt);
    this.#buffer = NO_BYTES;
  }

  #writeHeader(batch: Buffer, attributes: number): void {
    batch.fill(0, 0, RECORD_BATCH_HEADER_BYTES);
    batch.writeInt32BE(batch.length - FIELD.partitionLeaderEpoch, FIELD.length);
    batch.writeInt32BE(NO_LEADER_EPOCH, FIELD.partitionLeaderEpoch);
    batch[FIELD.magic] = MAGIC;
    batch.writeInt16BE(attributes, FIELD.attributes);
    batch.writeInt32BE(this.#recordCount - 1, FIELD.lastOffsetDelta);
    writeInt64(batch, this.#baseTimestamp, FIELD.baseTimestamp);
    writeInt64(batch, this.#maxTimestamp, FIELD.maxTimestamp);
    batch.writeInt32BE(this.#recordCount, FIELD.recordCount);
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = this.#source.acquire(Math.max(needed, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#position));
    this.#replaceBuffer(grown);
  }

  #replaceBuffer(buffer: Buffer): void {
    this.#source.release(this.#buffer, this.#wasBuilt);
    this.#buffer = buffer;
  }
}

const NO_BYTES = Buffer.alloc(0);

function writeBytes(buffer: Buffer, position: number, data: RecordBytes, sizeBytes: number): number {
  position = writeVarint(buffer, position, sizeBytes);
  if (data === null) return position;
  if (typeof data !== 'string') {
    buffer.set(data, position);
  } else if (sizeBytes === data.length) {
    // As many bytes as characters: ASCII, which needs no conversion.
    if (sizeBytes > SHORT_STRING) buffer.write(data, position, sizeBytes, 'latin1');
    else for (let i = 0; i < sizeBytes; i++) buffer[position + i] = data.charCodeAt(i);
  } else {
    buffer.write(data, position, sizeBytes, 'utf8');
  }
  return position + sizeBytes;
}

/** Big-endian two's complement of an integer of at most 53 bits. */
function writeInt64(buffer: Buffer, value: number, position: number): void {
  const high = Math.floor(value / TWO_POW_32);
  buffer.writeInt32BE(high, position);
  buffer.writeUInt32BE(value - high * TWO_POW_32, position + 4);
}
