import type { Codec, CompressionType } from './codec.js';
import { assertLevel } from './compression.errors.js';
import { createGzip } from './gzip.js';
import { loadLz4 } from './lz4.js';
import { none } from './none.js';
import { loadSnappy } from './snappy.js';
import { loadZstd } from './zstd.js';

/**
 * The codec of a compression type, ready to use. Call it once, at the start: that is where a missing package shows.
 *
 * @param level gzip -1..9, zstd -131072..22 without -1; the others have none. Decompression does not depend on it.
 * @throws CodecUnavailableError install the package it names, or choose another compression
 * @throws InvalidCompressionLevelError
 */
export async function loadCodec(type: CompressionType, level?: number): Promise<Codec> {
  switch (type) {
    case 'none':
      assertLevel(type, level);
      return none;
    case 'gzip':
      return createGzip(level);
    case 'snappy':
      return loadSnappy(level);
    case 'lz4':
      return loadLz4(level);
    case 'zstd':
      return loadZstd(level);
  }
}
