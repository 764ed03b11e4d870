import { decompress as decompressZstd } from 'fzstd';
import { decompress as decompressLz4 } from 'lz4js';
import { uncompress as decompressSnappy } from 'snappyjs';

/**
 * Decompression by packages in plain JavaScript that share nothing with the codecs of `kafka-wire`: what those write is not read by themselves.
 *
 * @type {Readonly<Record<'snappy' | 'lz4' | 'zstd', (bytes: Buffer) => Buffer>>}
 */
export const foreignDecompress = {
  snappy: xerial,
  lz4: (bytes) => Buffer.from(decompressLz4(bytes)),
  zstd: (bytes) => Buffer.from(decompressZstd(bytes)),
};

const XERIAL_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1');
/** The magic, its version and the oldest compatible version. */
const XERIAL_HEADER_BYTES = 16;

/** Java's SnappyOutputStream: a header, then blocks, each behind its length. Source: xerial/snappy-java. @param {Buffer} bytes */
function xerial(bytes) {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return Buffer.from(decompressSnappy(bytes));
  const blocks = [];
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length;) {
    const end = at + 4 + bytes.readInt32BE(at);
    blocks.push(Buffer.from(decompressSnappy(bytes.subarray(at + 4, end))));
    at = end;
  }
  return Buffer.concat(blocks);
}
