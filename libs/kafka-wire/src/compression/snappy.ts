import { asBuffer, DEFAULT_MAX_DECOMPRESSED_BYTES, type Codec } from './codec.js';
import {
  assertLevel,
  assertSize,
  CodecUnavailableError,
  decompressing,
  decompressingSync,
  DecompressionError,
} from './compression.errors.js';
import { xerialBlocks, xerialFrame, XERIAL_BLOCK_BYTES } from './xerial-frame.js';

/** What is used of the package `snappy`. */
export interface SnappyPackage {
  compress(bytes: Uint8Array): Promise<Buffer>;
  compressSync(bytes: Uint8Array): Buffer;
  uncompress(bytes: Uint8Array): Promise<Buffer | string>;
  uncompressSync(bytes: Uint8Array): Buffer | string;
}

/** Three bytes of a snappy block (a copy with a two-byte offset) make at most 64. */
const MAX_RATIO = 64 / 3;

/**
 * Snappy in xerial's framing, as Kafka's Java producers write it. Raw blocks, as other clients write them, are read too.
 *
 * @throws CodecUnavailableError when the package `snappy` is not there
 */
export async function loadSnappy(
  level?: number,
  importPackage: () => Promise<SnappyPackage> = () => import('snappy'),
): Promise<Codec> {
  assertLevel('snappy', level);
  const snappy = await importPackage().catch((cause: unknown) => {
    throw new CodecUnavailableError({ type: 'snappy', packageName: 'snappy', cause });
  });
  return {
    type: 'snappy',
    id: 2,
    compress: async (bytes) => xerialFrame(await Promise.all(cut(bytes).map((block) => snappy.compress(block)))),
    compressSync: (bytes) => xerialFrame(cut(bytes).map((block) => snappy.compressSync(block))),
    decompress: (bytes, maxSizeBytes = DEFAULT_MAX_DECOMPRESSED_BYTES) =>
      decompressing('snappy', async () => {
        const parts = await Promise.all(blocksIn(bytes, maxSizeBytes).map((block) => snappy.uncompress(block)));
        return joined(parts as Buffer[]);
      }),
    decompressSync: (bytes, maxSizeBytes = DEFAULT_MAX_DECOMPRESSED_BYTES) =>
      decompressingSync('snappy', () =>
        joined(blocksIn(bytes, maxSizeBytes).map((block) => snappy.uncompressSync(block) as Buffer)),
      ),
  };
}

/** The raw blocks of a frame, or the bytes as one; their sizes are held against the limit. */
function blocksIn(bytes: Uint8Array, maxSizeBytes: number): Buffer[] {
  const blocks = xerialBlocks(asBuffer(bytes)) ?? [asBuffer(bytes)];
  assertSize('snappy', sum(blocks.map(declaredSize)), maxSizeBytes);
  return blocks;
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

function cut(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += XERIAL_BLOCK_BYTES) blocks.push(bytes.subarray(i, i + XERIAL_BLOCK_BYTES));
  return blocks;
}

/** The size a raw block declares in its first bytes. Checked because the package reserves that much before it looks at the rest. */
function declaredSize(block: Buffer): number {
  let size = 0;
  for (let i = 0; i < Math.min(5, block.length); i++) {
    size += (block[i]! & 0x7f) * 2 ** (7 * i);
    if (block[i]! >= 0x80) continue;
    if (size <= block.length * MAX_RATIO) return size;
    throw new DecompressionError({ type: 'snappy', reason: `${block.length} bytes cannot hold the declared ${size}` });
  }
  throw new DecompressionError({ type: 'snappy', reason: 'a block does not begin with its size' });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
