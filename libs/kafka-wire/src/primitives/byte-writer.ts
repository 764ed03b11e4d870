import { uuidToBytes } from './uuid.js';
import { WireError } from './wire-error.js';

const TWO_POW_32 = 0x1_0000_0000;

/**
 * Writes Kafka's primitive types, big-endian, into a buffer that grows.
 *
 * A value outside its type's range is a `WireError`, never a truncated number. `build()` hands out the buffer itself; do not write after it.
 */
export class ByteWriter {
  #buffer: Buffer;
  #size = 0;

  constructor(initialBytes = 256) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  get size(): number {
    return this.#size;
  }

  build(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  boolean(value: boolean): void {
    if (typeof value !== 'boolean') throw unfit('a boolean', value);
    this.int8(value ? 1 : 0);
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw unfit('an int8', value);
    this.#byte(value & 0xff);
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw unfit('an int16', value);
    const at = this.#grow(2);
    this.#buffer.writeInt16BE(value, at);
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw unfit('a uint16', value);
    const at = this.#grow(2);
    this.#buffer.writeUInt16BE(value, at);
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw unfit('an int32', value);
    const at = this.#grow(4);
    this.#buffer.writeInt32BE(value, at);
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw unfit('a uint32', value);
    const at = this.#grow(4);
    this.#buffer.writeUInt32BE(value, at);
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw unfit('an exact int64', value);
    const low = value >>> 0;
    const at = this.#grow(8);
    this.#buffer.writeInt32BE((value - low) / TWO_POW_32, at);
    this.#buffer.writeUInt32BE(low, at + 4);
  }

  float64(value: number): void {
    if (typeof value !== 'number') throw unfit('a number', value);
    const at = this.#grow(8);
    this.#buffer.writeDoubleBE(value, at);
  }

  uuid(value: string): void {
    this.bytes(uuidToBytes(value));
  }

  /** LEB128 of 32 bits. */
  unsignedVarint(value: number): void {
    if (value >>> 0 !== value) throw unfit('an unsigned varint', value);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#byte((rest & 0x7f) | 0x80);
    this.#byte(rest);
  }

  /** Zig-zag LEB128 of 32 bits. */
  varint(value: number): void {
    if ((value | 0) !== value) throw unfit('a varint', value);
    this.unsignedVarint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** Zig-zag LEB128 of 64 bits. The sign goes out with the first six bits, so that no intermediate needs more than 53. */
  varlong(value: number): void {
    if (!Number.isSafeInteger(value)) throw unfit('an exact varlong', value);
    const half = value < 0 ? -value - 1 : value;
    const first = ((half % 64) << 1) | (value < 0 ? 1 : 0);
    let rest = Math.floor(half / 64);
    this.#byte(rest > 0 ? first | 0x80 : first);
    while (rest > 0) {
      const byte = rest % 128;
      rest = Math.floor(rest / 128);
      this.#byte(rest > 0 ? byte | 0x80 : byte);
    }
  }

  bytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw unfit('bytes', value);
    const at = this.#grow(value.length);
    this.#buffer.set(value, at);
  }

  utf8(value: string, byteLength = Buffer.byteLength(value)): void {
    const at = this.#grow(byteLength);
    this.#buffer.write(value, at, byteLength, 'utf8');
  }

  /** A string with an int16 length; -1 is null. */
  nullableString(value: string | null): void {
    if (value === null) return this.int16(-1);
    const byteLength = Buffer.byteLength(value);
    this.int16(byteLength);
    this.utf8(value, byteLength);
  }

  /** Overwrites four bytes written before, for a length known only at the end. */
  patchInt32(position: number, value: number): void {
    this.#buffer.writeInt32BE(value, position);
  }

  #byte(value: number): void {
    const at = this.#grow(1);
    this.#buffer[at] = value;
  }

  /** Makes room for `length` more bytes and returns where they start. Call it before `#buffer` is read: it may replace it. */
  #grow(length: number): number {
    const at = this.#size;
    const needed = at + length;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    this.#size = needed;
    return at;
  }
}

function unfit(expected: string, value: unknown): WireError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return new WireError({ reason: `expected ${expected}, got ${shown}` });
}
