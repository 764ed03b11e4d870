import { promisify } from 'node:util';
import { gunzip, gunzipSync, gzip, gzipSync } from 'node:zlib';
import { DEFAULT_MAX_DECOMPRESSED_BYTES, type Codec } from './codec.js';
import { assertLevel, decompressing, decompressingSync, DecompressionError } from './compression.errors.js';

const gzipAsync = promisify(gzip);
const gunzipAsync = promisify(gunzip);

/**
 * zlib, as built into Node.
 *
 * @param level -1 (zlib's default, 6), 0 (store), 1 (fast) to 9 (small)
 */
export function createGzip(level = -1): Codec {
  assertLevel('gzip', level, [-1, 9]);
  const options = { level };
  return {
    type: 'gzip',
    id: 1,
    compress: (bytes) => gzipAsync(bytes, options),
    compressSync: (bytes) => gzipSync(bytes, options),
    decompress: (bytes, maxSizeBytes = DEFAULT_MAX_DECOMPRESSED_BYTES) =>
      decompressing('gzip', async () => {
        try {
          return await gunzipAsync(bytes, { maxOutputLength: maxSizeBytes });
        } catch (cause) {
          throw explained(cause, maxSizeBytes);
        }
      }),
    decompressSync: (bytes, maxSizeBytes = DEFAULT_MAX_DECOMPRESSED_BYTES) =>
      decompressingSync('gzip', () => {
        try {
          return gunzipSync(bytes, { maxOutputLength: maxSizeBytes });
        } catch (cause) {
          throw explained(cause, maxSizeBytes);
        }
      }),
  };
}

function explained(cause: unknown, maxSizeBytes: number): unknown {
  if (!isTooLarge(cause)) return cause;
  return new DecompressionError({
    type: 'gzip',
    reason: `more than the allowed ${maxSizeBytes} bytes come out`,
    cause,
  });
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
