import { DecompressionError } from './compression.errors.js';

const MAGIC = 0xfd2fb528;
/** Frames with sixteen magic numbers, 0x184d2a50 to 0x184d2a5f, carry no data. */
const SKIPPABLE_MAGIC = 0x184d2a5;
const MAX_BLOCK_BYTES = 128 * 1024;
const BLOCK = { raw: 0, runLength: 1, compressed: 2 };

/** Frames found in compressed bytes. */
export interface ZstdFrames {
  /** The frames that carry data, as views, in order. */
  readonly frames: readonly Buffer[];
  /** Most bytes that they can make together. */
  readonly maxSizeBytes: number;
}

/**
 * Cuts compressed bytes into their frames, and finds out how much they can make, by walking their block headers without decompressing
 * anything. Source: RFC 8878.
 *
 * @throws DecompressionError when the bytes are not one or more whole frames
 */
export function zstdFramesIn(bytes: Buffer): ZstdFrames {
  const frames: Buffer[] = [];
  let maxSizeBytes = 0;
  let position = 0;
  do {
    if (position + 8 > bytes.length) throw cutShort();
    const magic = bytes.readUInt32LE(position);
    if (magic >>> 4 === SKIPPABLE_MAGIC) {
      position += 8 + bytes.readUInt32LE(position + 4);
      continue;
    }
    if (magic !== MAGIC) throw refusal(`no frame begins at byte ${position}`);
    const frame = walkFrame(bytes, position);
    frames.push(bytes.subarray(position, frame.end));
    position = frame.end;
    maxSizeBytes += frame.maxSizeBytes;
  } while (position < bytes.length);
  if (position > bytes.length) throw cutShort();
  return { frames, maxSizeBytes };
}

function walkFrame(bytes: Buffer, start: number): { end: number; maxSizeBytes: number } {
  const { blockMaxBytes, firstBlock, hasChecksum } = readFrameHeader(bytes, start);
  let maxSizeBytes = 0;
  let position = firstBlock;
  for (let isLast = false; !isLast;) {
    if (position + 3 > bytes.length) throw cutShort();
    const header = bytes.readUIntLE(position, 3);
    const type = (header >>> 1) & 3;
    const sizeBytes = header >>> 3;
    if (type > BLOCK.compressed) throw refusal(`block type ${type} at byte ${position} is unknown`);
    maxSizeBytes += type === BLOCK.compressed ? blockMaxBytes : Math.min(sizeBytes, blockMaxBytes);
    position += 3 + (type === BLOCK.runLength ? 1 : sizeBytes);
    isLast = (header & 1) === 1;
  }
  return { end: position + (hasChecksum ? 4 : 0), maxSizeBytes };
}

function readFrameHeader(bytes: Buffer, start: number) {
  const descriptor = bytes[start + 4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3]!;
  const contentSizeAt = start + 5 + (isSingleSegment ? 0 : 1) + dictionaryIdBytes;
  const firstBlock = contentSizeAt + contentSizeBytes;
  if (firstBlock > bytes.length) throw cutShort();
  const windowBytes = isSingleSegment
    ? readContentSize(bytes, contentSizeAt, contentSizeBytes)
    : 2 ** (10 + (bytes[start + 5]! >>> 3)) * (1 + (bytes[start + 5]! & 7) / 8);
  return { blockMaxBytes: Math.min(windowBytes, MAX_BLOCK_BYTES), firstBlock, hasChecksum: (descriptor & 4) !== 0 };
}

/** The two-byte form starts counting at 256. The upper half of the eight-byte form only ever makes it larger than a block. */
function readContentSize(bytes: Buffer, position: number, sizeBytes: number): number {
  if (sizeBytes === 8) return bytes.readUInt32LE(position) + bytes.readUInt32LE(position + 4) * 2 ** 32;
  return bytes.readUIntLE(position, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
}

function cutShort(): DecompressionError {
  return refusal('it ends in the middle of a frame');
}

function refusal(reason: string): DecompressionError {
  return new DecompressionError({ type: 'zstd', reason });
}
