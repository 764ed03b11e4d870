/** Integers of this magnitude and more need more than 31 bits once the sign is folded in. */
const MAX_SMALL = 0x4000_0000;

/**
 * Zig-zag varint of an integer of at most 53 bits. Source: Kafka's `ByteUtils.writeVarlong`.
 *
 * @returns the position behind it; there must be room
 */
export function writeVarint(buffer: Buffer, position: number, value: number): number {
  if (value >= MAX_SMALL || value < -MAX_SMALL) return writeWideVarint(buffer, position, value);
  let rest = (value << 1) ^ (value >> 31);
  while (rest > 0x7f) {
    buffer[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[position++] = rest;
  return position;
}

/** The first byte carries the sign, so nothing wider than a double is ever needed. */
function writeWideVarint(buffer: Buffer, position: number, value: number): number {
  const isNegative = value < 0;
  const magnitude = isNegative ? -value - 1 : value;
  buffer[position++] = ((magnitude % 64) << 1) | (isNegative ? 1 : 0) | 0x80;
  let rest = Math.floor(magnitude / 64);
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) buffer[position++] = (rest % 128) | 0x80;
  buffer[position++] = rest;
  return position;
}

/** Of a length: never wider than 32 bits, whatever stands there. */
export function readVarint(buffer: Buffer, position: number): number {
  let value = 0;
  let shift = 0;
  let byte: number;
  do {
    byte = buffer[position++]!;
    value |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte > 0x7f);
  return (value >>> 1) ^ -(value & 1);
}

/** @returns the position behind the varint that stands here, of whatever width */
export function skipVarint(buffer: Buffer, position: number): number {
  while (buffer[position]! > 0x7f) position++;
  return position + 1;
}
