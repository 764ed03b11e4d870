import { crc32c, type Crc32c } from './crc32c.js';

/** Below this many bytes the call into the native add-on costs more than it saves. */
const SHORT = 256;

interface Addon {
  readonly crc32c: (bytes: Uint8Array) => number;
}

/**
 * The fastest checksum on this machine.
 *
 * The processor's own instruction through `@node-rs/crc32` when that package is installed (six to nine times as fast), else {@link crc32c}.
 * Never rejects: a missing or unloadable add-on costs speed, not correctness.
 *
 * A function to pass on rather than a switch to flip, so that two producers in one process cannot change each other.
 */
export async function loadCrc32c(importAddon: () => Promise<Addon> = () => import('@node-rs/crc32')): Promise<Crc32c> {
  try {
    return around((await importAddon()).crc32c);
  } catch {
    return crc32c;
  }
}

function around(native: Addon['crc32c']): Crc32c {
  return (bytes, start = 0, end = bytes.length) =>
    end - start < SHORT ? crc32c(bytes, start, end) : native(bytes.subarray(start, end));
}
