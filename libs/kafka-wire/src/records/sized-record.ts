/** One header of a record. A string value means its UTF-8 bytes; names may repeat. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | string | null;
}

/** Bytes of a key or value as a producer holds them: strings stay strings until they are written into a batch. */
export type RecordBytes = Uint8Array | string | null;

/**
 * Most bytes a record adds to those of its key, value and headers: length (5), attributes (1), timestamp delta (10), offset delta (5), key
 * length (5), value length (5) and header count (5), each at its widest.
 */
export const RECORD_OVERHEAD_BYTES = 36;

const NO_HEADERS: readonly RecordHeader[] = [];

/**
 * A record whose parts have been measured once.
 *
 * Sizes are taken here and used three times: for the size limit, for the memory budget and for the length prefixes inside the batch.
 * Measuring a string is a pass over it, so it must not happen twice.
 */
export class SizedRecord {
  /** Bytes of the key; -1 for no key. */
  readonly keySizeBytes: number;
  /** Bytes of the value; -1 for a tombstone. */
  readonly valueSizeBytes: number;
  /** Bytes of all headers with their length prefixes, without the count. */
  readonly headersSizeBytes: number;

  constructor(
    readonly key: RecordBytes,
    readonly value: RecordBytes,
    /** Milliseconds since the epoch, an integer ≥ 0. */
    readonly timestampMs: number,
    readonly headers: readonly RecordHeader[] = NO_HEADERS,
  ) {
    this.keySizeBytes = sizeOf(key);
    this.valueSizeBytes = sizeOf(value);
    this.headersSizeBytes = headers.length === 0 ? 0 : sizeOfHeaders(headers);
  }

  /** Upper bound of the record's bytes in a batch, whatever its place there; exact within {@link RECORD_OVERHEAD_BYTES}. */
  get maxSizeBytes(): number {
    return (
      RECORD_OVERHEAD_BYTES +
      (this.keySizeBytes > 0 ? this.keySizeBytes : 0) +
      (this.valueSizeBytes > 0 ? this.valueSizeBytes : 0) +
      this.headersSizeBytes
    );
  }
}

/** Below this length a loop over the characters beats the call into the runtime. */
const SHORT_STRING = 32;

/** UTF-8 bytes of a key, value or header value; -1 for null. */
export function sizeOf(data: RecordBytes): number {
  if (data === null) return -1;
  if (typeof data !== 'string') return data.length;
  const { length } = data;
  if (length > SHORT_STRING) return Buffer.byteLength(data, 'utf8');
  for (let i = 0; i < length; i++) {
    if (data.charCodeAt(i) > 0x7f) return Buffer.byteLength(data, 'utf8');
  }
  return length;
}

function sizeOfHeaders(headers: readonly RecordHeader[]): number {
  let size = 0;
  for (const { key, value } of headers) {
    const keySize = sizeOf(key);
    const valueSize = sizeOf(value);
    size += sizeOfVarint(keySize) + keySize + sizeOfVarint(valueSize) + (valueSize > 0 ? valueSize : 0);
  }
  return size;
}

/** Bytes of a zig-zag varint. `value` is an integer of at most 53 bits. */
export function sizeOfVarint(value: number): number {
  if (value >= -64 && value < 64) return 1;
  if (value >= -8192 && value < 8192) return 2;
  let size = 3;
  let rest = Math.floor((value >= 0 ? value : -value - 1) / 0x10_0000);
  for (; rest > 0; rest = Math.floor(rest / 128)) size++;
  return size;
}
