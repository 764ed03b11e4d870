/** Records that cannot be read. */
export class MalformedRecordsError extends Error {
  override readonly name = 'MalformedRecordsError';

  constructor(
    readonly reason: string,
    /** The size of a record is no number: Kafka's reader fails here in a way its broker does not expect, and answers UNKNOWN_SERVER_ERROR. */
    readonly isUnexpected = false,
  ) {
    super(reason);
  }
}

const LONGEST_VARINT_BITS = 35;
const LONGEST_VARLONG_BITS = 70;

/** Reads the numbers between which the bytes of records lie. Makes no objects: it runs once per field of every record produced. */
export class ByteCursor {
  position: number;

  constructor(
    readonly bytes: Buffer,
    start: number,
    readonly end: number,
  ) {
    this.position = start;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Zig-zag, 32 bits. */
  varint(isRecordSize = false): number {
    let value = 0;
    for (let shift = 0; shift < LONGEST_VARINT_BITS; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new MalformedRecordsError('a varint has more than five bytes', isRecordSize);
  }

  /** Zig-zag, 64 bits; exact up to 53. */
  varlong(): number {
    let low = 0;
    let factor = 1;
    for (let shift = 0; shift < LONGEST_VARLONG_BITS; shift += 7) {
      const byte = this.byte();
      low += (byte & 0x7f) * factor;
      if (byte < 0x80) return low % 2 === 0 ? low / 2 : -(low + 1) / 2;
      factor *= 128;
    }
    throw new MalformedRecordsError('a varlong has more than ten bytes');
  }

  byte(): number {
    if (this.position >= this.end) throw new MalformedRecordsError('the records end early');
    return this.bytes[this.position++] as number;
  }

  /** Nothing for a negative size: that is how a null is written. */
  skip(sizeBytes: number): void {
    if (sizeBytes <= 0) return;
    if (sizeBytes > this.end - this.position) throw new MalformedRecordsError('the records end early');
    this.position += sizeBytes;
  }
}
