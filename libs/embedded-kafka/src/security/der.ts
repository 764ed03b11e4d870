/** ASN.1 in DER (ITU-T X.690): just what an X.509 certificate consists of. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

const LONG_FORM = 0x80;
/** From this year on a certificate has to write its times in full (RFC 5280, 4.1.2.5). */
const FIRST_YEAR_IN_FULL = 2050;

export const sequence = (...parts: readonly Buffer[]): Buffer => tlv(TAG.sequence, ...parts);
export const set = (...parts: readonly Buffer[]): Buffer => tlv(TAG.set, ...parts);
export const octetString = (content: Buffer): Buffer => tlv(TAG.octetString, content);
export const utf8String = (text: string): Buffer => tlv(TAG.utf8String, Buffer.from(text));
export const boolean = (value: boolean): Buffer => tlv(TAG.boolean, Buffer.from([value ? 0xff : 0]));

/** @param bytes big-endian, taken as a positive number */
export function integer(bytes: Buffer): Buffer {
  const first = bytes[0] ?? 0;
  return tlv(TAG.integer, first >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

export function bitString(content: Buffer, unusedBits = 0): Buffer {
  return tlv(TAG.bitString, Buffer.from([unusedBits]), content);
}

/** @param dotted as in `2.5.4.3` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tlv(TAG.objectId, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  return date.getUTCFullYear() < FIRST_YEAR_IN_FULL
    ? tlv(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : tlv(TAG.generalizedTime, Buffer.from(`${digits}Z`));
}

/** A field that is known by its number, holding other fields (`explicit`) or bare bytes. */
export function tagged(number: number, content: Buffer, { isExplicit = false } = {}): Buffer {
  return tlv((isExplicit ? 0xa0 : 0x80) | number, content);
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(length: number): number[] {
  if (length < LONG_FORM) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return [LONG_FORM | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
