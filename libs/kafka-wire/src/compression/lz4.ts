import { asBuffer, DEFAULT_MAX_DECOMPRESSED_BYTES, type Codec } from './codec.js';
import {
  assertLevel,
  assertSize,
  CodecUnavailableError,
  decompressing,
  decompressingSync,
} from './compression.errors.js';
import { lz4FrameMaxSize } from './lz4-frame.js';

/** What is used of the package `lz4-napi`. */
export interface Lz4Package {
  compressFrame(bytes: Uint8Array): Promise<Buffer>;
  compressFrameSync(bytes: Buffer): Buffer;
  decompressFrame(bytes: Uint8Array): Promise<Buffer>;
  decompressFrameSync(bytes: Buffer): Buffer;
}

/**
 * LZ4 frames. The package writes independent blocks, the only ones Kafka reads, and no checksums: the batch has its own.
 *
 * It knows one level; Kafka's levels 1 to 17 choose between implementations it does not have, so a level is refused and not ignored.
 *
 * @throws CodecUnavailableError when the package `lz4-napi` is not there
 */
export async function loadLz4(
  level?: number,
  importPackage: () => Promise<Lz4Package> = () => import('lz4-napi'),
): Promise<Codec> {
  assertLevel('lz4', level);
  const lz4 = await importPackage().catch((cause: unknown) => {
    throw new CodecUnavailableError({ type: 'lz4', packageName: 'lz4-napi', cause });
  });
  return {
    type: 'lz4',
    id: 3,
    compress: (bytes) => lz4.compressFrame(bytes),
    compressSync: (bytes) => lz4.compressFrameSync(asBuffer(bytes)),
    decompress: (bytes, maxSizeBytes = DEFAULT_MAX_DECOMPRESSED_BYTES) =>
      decompressing('lz4', async () => {
        assertSize('lz4', lz4FrameMaxSize(asBuffer(bytes)), maxSizeBytes);
        return await lz4.decompressFrame(bytes);
      }),
    decompressSync: (bytes, maxSizeBytes = DEFAULT_MAX_DECOMPRESSED_BYTES) =>
      decompressingSync('lz4', () => {
        assertSize('lz4', lz4FrameMaxSize(asBuffer(bytes)), maxSizeBytes);
        return lz4.decompressFrameSync(asBuffer(bytes));
      }),
  };
}
