import { asBuffer, type Codec } from './codec.js';
import { assertSize } from './compression.errors.js';

/** Passes bytes through, without a copy. */
export const none: Codec = {
  type: 'none',
  id: 0,
  compress: (bytes) => Promise.resolve(bytes),
  compressSync: (bytes) => bytes,
  async decompress(bytes, maxSizeBytes = Infinity) {
    assertSize('none', bytes.length, maxSizeBytes);
    return asBuffer(bytes);
  },
  decompressSync(bytes, maxSizeBytes = Infinity) {
    assertSize('none', bytes.length, maxSizeBytes);
    return asBuffer(bytes);
  },
};
