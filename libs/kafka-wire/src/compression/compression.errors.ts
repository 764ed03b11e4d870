import type { CompressionType } from './codec.js';

/** The npm package behind a codec is not installed, or its add-on does not load on this machine. */
export class CodecUnavailableError extends Error {
  override readonly name = 'CodecUnavailableError';
  readonly compressionType: CompressionType;
  readonly packageName: string;

  constructor({ type, packageName, hint, cause }: CodecUnavailableContext) {
    const remedy = `npm install ${packageName}`;
    const state = isMissing(packageName, cause)
      ? 'which is not installed'
      : `which does not load here (${messageOf(cause)})`;
    super(
      `Compression '${type}' needs the package '${packageName}', ${state}. Run \`${remedy}\`${hint ? `, ${hint},` : ''} or choose another compression.`,
      { cause },
    );
    this.compressionType = type;
    this.packageName = packageName;
  }
}

export interface CodecUnavailableContext {
  readonly type: CompressionType;
  readonly packageName: string;
  /** Another way out than to install the package. */
  readonly hint?: string;
  readonly cause: unknown;
}

/** A compression level the codec does not have. Thrown instead of being silently ignored. */
export class InvalidCompressionLevelError extends Error {
  override readonly name = 'InvalidCompressionLevelError';
  readonly compressionType: CompressionType;
  readonly level: number;

  /** @param context.range lowest and highest level; absent when the codec has no levels at all. */
  constructor({ type, level, range, reason }: InvalidCompressionLevelContext) {
    super(
      range
        ? `Compression '${type}' has no level ${level}${reason ? ` (${reason})` : ''}: use an integer from ${range[0]} to ${range[1]}, or none for the default.`
        : `Compression '${type}' has no levels, but level ${level} is given: leave it out, or use 'gzip' or 'zstd'.`,
    );
    this.compressionType = type;
    this.level = level;
  }
}

export interface InvalidCompressionLevelContext {
  readonly type: CompressionType;
  readonly level: number;
  readonly range?: LevelRange;
  readonly reason?: string;
}

export type LevelRange = readonly [lowest: number, highest: number];

/** Compressed bytes that are damaged, cut short or would grow beyond what the caller allows. The same bytes fail again. */
export class DecompressionError extends Error {
  override readonly name = 'DecompressionError';
  readonly compressionType: CompressionType;
  readonly reason: string;

  constructor({ type, reason, cause }: { type: CompressionType; reason: string; cause?: unknown }) {
    super(`Cannot decompress ${type}: ${reason}`, cause === undefined ? undefined : { cause });
    this.compressionType = type;
    this.reason = reason;
  }
}

/** Runs a decompressor that throws errors of its own kind. */
export async function decompressing(type: CompressionType, attempt: () => Promise<Buffer>): Promise<Buffer> {
  try {
    return await attempt();
  } catch (cause) {
    if (cause instanceof DecompressionError) throw cause;
    throw new DecompressionError({ type, reason: messageOf(cause), cause });
  }
}

/** The same for one that does not wait. */
export function decompressingSync(type: CompressionType, attempt: () => Buffer): Buffer {
  try {
    return attempt();
  } catch (cause) {
    if (cause instanceof DecompressionError) throw cause;
    throw new DecompressionError({ type, reason: messageOf(cause), cause });
  }
}

/** @throws DecompressionError when `sizeBytes` is more than allowed */
export function assertSize(type: CompressionType, sizeBytes: number, maxSizeBytes: number): void {
  if (sizeBytes <= maxSizeBytes) return;
  throw new DecompressionError({ type, reason: `${sizeBytes} bytes would come out, ${maxSizeBytes} are allowed` });
}

/** @throws InvalidCompressionLevelError when a level is given that is not an integer of the range */
export function assertLevel(type: CompressionType, level: number | undefined, range?: LevelRange): void {
  if (level === undefined) return;
  if (range && Number.isInteger(level) && level >= range[0] && level <= range[1]) return;
  throw new InvalidCompressionLevelError({ type, level, ...(range && { range }) });
}

/** Node and bundlers word it differently, but all name what they looked for; a package that is there may lack its binary instead. */
function isMissing(packageName: string, cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  return String(cause.code).endsWith('MODULE_NOT_FOUND') && cause.message.includes(`'${packageName}'`);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
