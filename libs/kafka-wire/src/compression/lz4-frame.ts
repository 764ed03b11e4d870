import { DecompressionError } from './compression.errors.js';

const MAGIC = 0x184d2204;
const STORED = 0x8000_0000;
/** An LZ4 block grows at most this much: one more length byte stands for 255 bytes. */
const MAX_RATIO = 255;
const FLAG = { version: 0xc0, blockChecksum: 0x10, contentSize: 0x08, contentChecksum: 0x04, dictionaryId: 0x01 };
const VERSION_1 = 0x40;

/**
 * Most bytes an LZ4 frame can make, found by walking its block sizes without decompressing anything.
 *
 * The package takes what it gets: it has no limit, and accepts a frame that ends between two blocks. Both are caught here. Source: the LZ4
 * frame format 1.6.
 *
 * @throws DecompressionError when the bytes are not one whole frame
 */
export function lz4FrameMaxSize(frame: Buffer): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== MAGIC) throw refusal('it does not begin with a frame header');
  const flags = frame[4]!;
  if ((flags & FLAG.version) !== VERSION_1) throw refusal(`frame version ${flags >>> 6} is unknown`);
  const sizeClass = (frame[5]! >>> 4) & 7;
  if (sizeClass < 4) throw refusal(`block size class ${sizeClass} is unknown`);
  const blockMaxBytes = 2 ** (8 + 2 * sizeClass);
  const trailerBytes = flags & FLAG.blockChecksum ? 4 : 0;

  let position = 7 + (flags & FLAG.contentSize ? 8 : 0) + (flags & FLAG.dictionaryId ? 4 : 0);
  let maxSizeBytes = 0;
  while (position + 4 <= frame.length) {
    const word = frame.readUInt32LE(position);
    position += 4;
    if (word === 0) {
      if (flags & FLAG.contentChecksum && position + 4 > frame.length) break;
      return maxSizeBytes;
    }
    const sizeBytes = word % STORED;
    maxSizeBytes += Math.min(blockMaxBytes, word >= STORED ? sizeBytes : sizeBytes * MAX_RATIO);
    position += sizeBytes + trailerBytes;
  }
  throw refusal('it ends before its end mark');
}

function refusal(reason: string): DecompressionError {
  return new DecompressionError({ type: 'lz4', reason });
}
