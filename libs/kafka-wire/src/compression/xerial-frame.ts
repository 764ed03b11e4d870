import { DecompressionError } from './compression.errors.js';

/** Uncompressed bytes of a block; the default of snappy-java's `SnappyOutputStream`, which Kafka uses. */
export const XERIAL_BLOCK_BYTES = 32 * 1024;

/** Magic, version 1, oldest reader able to read it: 1. Source: snappy-java's `SnappyCodec`. */
const HEADER = /* @__PURE__ */ Buffer.from('82534e415050590000000001' + '00000001', 'hex');
const MAGIC_BYTES = 8;

/** Snappy blocks as one stream: the header, then each block behind its size. */
export function xerialFrame(blocks: readonly Uint8Array[]): Buffer {
  const pieces: Uint8Array[] = [HEADER];
  for (const block of blocks) {
    const size = Buffer.allocUnsafe(4);
    size.writeInt32BE(block.length);
    pieces.push(size, block);
  }
  return Buffer.concat(pieces);
}

/**
 * The blocks of a stream, as views of it; undefined when it is not framed. No raw block worth writing begins with the magic: it would declare
 * 10,626 bytes and then copy from before its start. A stream has no end mark: one that is cut between two blocks shows only in its records.
 */
export function xerialBlocks(stream: Buffer): Buffer[] | undefined {
  if (stream.length < MAGIC_BYTES || stream.compare(HEADER, 0, MAGIC_BYTES, 0, MAGIC_BYTES) !== 0) return undefined;
  const blocks: Buffer[] = [];
  let position = HEADER.length;
  while (position !== stream.length) {
    const size = position + 4 <= stream.length ? stream.readInt32BE(position) : -1;
    position += 4;
    if (size < 0 || size > stream.length - position) {
      const reason = `the block behind byte ${position} is cut short or its size ${size} is wrong`;
      throw new DecompressionError({ type: 'snappy', reason });
    }
    blocks.push(stream.subarray(position, position + size));
    position += size;
  }
  return blocks;
}
