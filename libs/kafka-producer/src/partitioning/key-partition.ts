import type { RecordBytes } from 'kafka-wire';

import { murmur2, murmur2Ascii } from './murmur2.js';

/**
 * The partition of a keyed record: the one the Java client chooses, over all partitions and not only the available ones, so that a key never
 * moves because a broker is away.
 *
 * @param keySizeBytes the key's UTF-8 length, already measured: equal to the string's length for ASCII
 */
export function partitionOfKey(key: NonNullable<RecordBytes>, keySizeBytes: number, partitionCount: number): number {
  return (hashOf(key, keySizeBytes) & 0x7fffffff) % partitionCount;
}

function hashOf(key: NonNullable<RecordBytes>, keySizeBytes: number): number {
  if (typeof key !== 'string') return murmur2(key);
  return key.length === keySizeBytes ? murmur2Ascii(key) : murmur2(Buffer.from(key, 'utf8'));
}
