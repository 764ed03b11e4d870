import * as zlib from 'node:zlib';
import { promisify } from 'node:util';
import { asBuffer, DEFAULT_MAX_DECOMPRESSED_BYTES, type Codec } from './codec.js';
import {
  assertLevel,
  assertSize,
  CodecUnavailableError,
  decompressing,
  decompressingSync,
  InvalidCompressionLevelError,
} from './compression.errors.js';
import { zstdFramesIn } from './zstd-frame.js';

/** Kafka's default, and zstd's own. */
const DEFAULT_LEVEL = 3;
const LEVELS = [-131072, 22] as const;
/** Node's zlib marks a parameter that is not set with -1, and so makes level 3 of level -1 without a word. */
const UNSET_IN_ZLIB = -1;

/** Either of the two implementations, for one level. */
interface ZstdBackend {
  compress(bytes: Buffer): Promise<Buffer>;
  compressSync(bytes: Buffer): Buffer;
  decompress(bytes: Buffer): Promise<Buffer>;
  decompressSync(bytes: Buffer): Buffer;
}

/** What is used of the package `@toondepauw/node-zstd`. */
export interface ZstdPackage {
  readonly Encoder: new (level: number) => {
    encode(bytes: Buffer): Promise<Buffer>;
    encodeSync(bytes: Buffer): Buffer;
  };
  readonly Decoder: new () => { decode(bytes: Buffer): Promise<Buffer>; decodeSync(bytes: Buffer): Buffer };
}

/** The part of `node:zlib` that Node has since 22.15 and 23.8. */
export interface ZstdInZlib {
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
  readonly zstdCompressSync: (bytes: Uint8Array, options: ZstdOptions) => Buffer;
  readonly zstdCompress: (bytes: Uint8Array, options: ZstdOptions, callback: ZlibCallback) => void;
  readonly zstdDecompress: (bytes: Uint8Array, callback: ZlibCallback) => void;
  readonly zstdDecompressSync: (bytes: Uint8Array) => Buffer;
}

type ZlibCallback = (error: Error | null, result: Buffer) => void;

interface ZstdOptions {
  readonly params: Readonly<Record<number, number>>;
}

/**
 * Zstandard: Node's own where it has one, else the package `@toondepauw/node-zstd`.
 *
 * Both get one whole frame at a time: Node 22 makes nothing of a frame cut short, and no error; it and Node 24 stop behind the first frame.
 *
 * @param level -131072 (fastest) to 22 (smallest, and slow) without -1, default 3; 0 means 3, as in Kafka. What the package writes at 20 and
 * above makes readers reserve up to 128 MiB, however small the batch
 * @throws CodecUnavailableError when Node has none and the package is not there
 */
export async function loadZstd(
  level = DEFAULT_LEVEL,
  importPackage: () => Promise<ZstdPackage> = () => import('@toondepauw/node-zstd'),
  builtIn: object = zlib,
): Promise<Codec> {
  assertLevel('zstd', level, LEVELS);
  if (level === UNSET_IN_ZLIB) {
    throw new InvalidCompressionLevelError({ type: 'zstd', level, range: LEVELS, reason: 'Node cannot set it' });
  }
  const backend = hasZstd(builtIn) ? inZlib(builtIn, level) : inPackage(await load(importPackage), level);
  return {
    type: 'zstd',
    id: 4,
    compress: (bytes) => backend.compress(asBuffer(bytes)),
    compressSync: (bytes) => backend.compressSync(asBuffer(bytes)),
    decompress: (bytes, maxSizeBytes = DEFAULT_MAX_DECOMPRESSED_BYTES) =>
      decompressing('zstd', async () => {
        const { frames, maxSizeBytes: size } = zstdFramesIn(asBuffer(bytes));
        assertSize('zstd', size, maxSizeBytes);
        const [only] = frames;
        if (only && frames.length === 1) return await backend.decompress(only);
        return Buffer.concat(await Promise.all(frames.map((frame) => backend.decompress(frame))));
      }),
    decompressSync: (bytes, maxSizeBytes = DEFAULT_MAX_DECOMPRESSED_BYTES) =>
      decompressingSync('zstd', () => {
        const { frames, maxSizeBytes: size } = zstdFramesIn(asBuffer(bytes));
        assertSize('zstd', size, maxSizeBytes);
        const parts = frames.map((frame) => backend.decompressSync(frame));
        return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
      }),
  };
}

function hasZstd(candidate: object): candidate is ZstdInZlib {
  return 'zstdCompress' in candidate;
}

function inZlib(builtIn: ZstdInZlib, level: number): ZstdBackend {
  const options = { params: { [builtIn.constants.ZSTD_c_compressionLevel]: level } };
  const compress = promisify(builtIn.zstdCompress);
  return {
    compress: (bytes) => compress(bytes, options),
    compressSync: (bytes) => builtIn.zstdCompressSync(bytes, options),
    decompress: promisify(builtIn.zstdDecompress),
    decompressSync: (bytes) => builtIn.zstdDecompressSync(bytes),
  };
}

function inPackage({ Encoder, Decoder }: ZstdPackage, level: number): ZstdBackend {
  const encoder = new Encoder(level);
  const decoder = new Decoder();
  return {
    compress: (bytes) => encoder.encode(bytes),
    compressSync: (bytes) => encoder.encodeSync(bytes),
    decompress: (bytes) => decoder.decode(bytes),
    decompressSync: (bytes) => decoder.decodeSync(bytes),
  };
}

async function load(importPackage: () => Promise<ZstdPackage>): Promise<ZstdPackage> {
  try {
    return await importPackage();
  } catch (cause) {
    const hint = 'use Node 22.15 or later, which has it built in';
    throw new CodecUnavailableError({ type: 'zstd', packageName: '@toondepauw/node-zstd', hint, cause });
  }
}
