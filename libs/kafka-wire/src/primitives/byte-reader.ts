import { uuidFromBytes } from './uuid.js';
import { WireError } from './wire-error.js';

const TWO_POW_32 = 0x1_0000_0000;

/**
 * Reads Kafka's primitive types from a buffer, big-endian, front to back.
 *
 * Every read is checked against the end: truncated or hostile input is a `WireError` with the position, never a wrong value. Buffers
 * handed out are views of the input.
 */
export class ByteReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #position: number;

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.#buffer = buffer;
    this.#position = start;
    this.#end = end;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int8(): number {
    return this.#buffer.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#advance(2));
  }

  uint16(): number {
    return this.#buffer.readUInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#advance(4));
  }

  /** @throws WireError when the value has no exact number (outside ±(2^53 - 1)) */
  int64(): number {
    const at = this.#advance(8);
    return this.#exact(this.#buffer.readInt32BE(at) * TWO_POW_32 + this.#buffer.readUInt32BE(at + 4), at);
  }

  float64(): number {
    return this.#buffer.readDoubleBE(this.#advance(8));
  }

  uuid(): string {
    return uuidFromBytes(this.bytes(16));
  }

  /** LEB128 of 32 bits. */
  unsignedVarint(): number {
    const start = this.#position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireError({ reason: 'a varint of more than 5 bytes', position: start });
  }

  /** Zig-zag LEB128 of 32 bits. */
  varint(): number {
    const zigzag = this.unsignedVarint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /**
   * Zig-zag LEB128 of 64 bits. Put together from two halves of 28 bits and a rest, because the zig-zag form of an exact number may itself
   * need 54 bits.
   *
   * @throws WireError when the value has no exact number (outside ±(2^53 - 1))
   */
  varlong(): number {
    const start = this.#position;
    let low = 0;
    let high = 0;
    let rest = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift < 56) high |= (byte & 0x7f) << (shift - 28);
      else rest |= (byte & 0x7f) << (shift - 56);
      if (byte < 0x80) {
        const half = (low >>> 1) + high * 2 ** 27 + rest * 2 ** 55;
        return this.#exact((low & 1) === 0 ? half : -half - 1, start);
      }
    }
    throw new WireError({ reason: 'a varlong of more than 10 bytes', position: start });
  }

  bytes(length: number): Buffer {
    const start = this.#advance(length);
    return this.#buffer.subarray(start, start + length);
  }

  utf8(length: number): string {
    const start = this.#advance(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  /** A string with an int16 length; a negative one is null. */
  nullableString(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.utf8(length);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  #byte(): number {
    return this.#buffer.readUInt8(this.#advance(1));
  }

  #exact(value: number, position: number): number {
    if (Number.isSafeInteger(value)) return value;
    throw new WireError({ reason: `int64 ${value} has no exact number (beyond 2^53)`, position });
  }

  #advance(length: number): number {
    const position = this.#position;
    if (length < 0 || length > this.#end - position) {
      const reason = length < 0 ? `negative length ${length}` : `${length} bytes wanted, ${this.remaining} left`;
      throw new WireError({ reason, position });
    }
    this.#position = position + length;
    return position;
  }
}
