const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/**
 * Kafka's murmur2, as in the Java client's `Utils.murmur2`.
 *
 * Must agree bit for bit: another hash would send existing keys to other partitions and break their order. The vectors in the spec were made
 * by the Java client.
 *
 * @returns a signed 32-bit integer
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = SEED ^ length;
  const tail = length & ~3;
  for (let i = 0; i < tail; i += 4) {
    hash = mix(hash, bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  }
  let rest = 0;
  for (let i = length - 1; i >= tail; i--) rest = (rest << 8) | bytes[i]!;
  return finish(hash, rest, length > tail);
}

/** As {@link murmur2} over the UTF-8 bytes of a string that is known to be ASCII, without making those bytes. */
export function murmur2Ascii(text: string): number {
  const { length } = text;
  let hash = SEED ^ length;
  const tail = length & ~3;
  for (let i = 0; i < tail; i += 4) {
    const word =
      text.charCodeAt(i) |
      (text.charCodeAt(i + 1) << 8) |
      (text.charCodeAt(i + 2) << 16) |
      (text.charCodeAt(i + 3) << 24);
    hash = mix(hash, word);
  }
  let rest = 0;
  for (let i = length - 1; i >= tail; i--) rest = (rest << 8) | text.charCodeAt(i);
  return finish(hash, rest, length > tail);
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, MULTIPLIER);
  k ^= k >>> 24;
  return Math.imul(hash, MULTIPLIER) ^ Math.imul(k, MULTIPLIER);
}

function finish(hash: number, rest: number, hasRest: boolean): number {
  if (hasRest) hash = Math.imul(hash ^ rest, MULTIPLIER);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}
