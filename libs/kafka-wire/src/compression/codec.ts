/** How the records of a batch are compressed; Kafka's `compression.type`. */
export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Bits 0 to 2 of a batch's attributes. Source: Kafka's `CompressionType`. */
export type CompressionId = 0 | 1 | 2 | 3 | 4;

export const COMPRESSION_IDS: Readonly<Record<CompressionType, CompressionId>> = {
  none: 0,
  gzip: 1,
  snappy: 2,
  lz4: 3,
  zstd: 4,
};

/** What {@link Codec.decompress} makes at most unless it is told otherwise: 256 MiB. */
export const DEFAULT_MAX_DECOMPRESSED_BYTES = 0x1000_0000;

/**
 * Compresses and decompresses the records of a batch.
 *
 * Input is read until the promise settles: do not write to it before. Results may share memory with the input (`none`) and are otherwise the
 * caller's own.
 */
export interface Codec {
  readonly type: CompressionType;
  readonly id: CompressionId;
  /** Works in the thread pool: the event loop is free meanwhile. */
  compress(bytes: Uint8Array): Promise<Uint8Array>;
  /**
   * The same bytes, made here and now. For small input, where the way to the thread pool and back keeps the event loop busier (15 to 50 µs)
   * than the work itself: up to about 4 KB of JSON with gzip, 8 KB with zstd, 16 KB with snappy and lz4.
   */
  compressSync(bytes: Uint8Array): Uint8Array;
  /**
   * @param maxSizeBytes refuse to make more than this. Checked before memory is taken, where needed by the sizes the input declares for its
   * blocks, so up to one block (lz4 4 MiB, zstd 128 KiB) too early.
   * @throws DecompressionError when the input is damaged, cut short or larger than allowed
   */
  decompress(bytes: Uint8Array, maxSizeBytes?: number): Promise<Buffer>;
  /** The same, made here and now: for what must not let anything happen in between. */
  decompressSync(bytes: Uint8Array, maxSizeBytes?: number): Buffer;
}

/** Gives the same memory the methods of a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
