import fc from 'fast-check';

/** A change at a place: where, as a share of the length, so that it means something in any frame. */
export interface Mutation {
  readonly at: number;
  readonly kind: 'flip' | 'overwrite' | 'insert' | 'cut' | 'repeat';
  /** What is written; its length is also how much is cut or repeated. */
  readonly bytes: Buffer;
  readonly bit: number;
}

/** Lengths and counts that are absurd, in every form they are written in. */
const ABSURD = [
  '7fffffff', // 2^31 - 1
  'ffffffff', // -1, and a varint that goes on
  '80000000', // -2^31
  'fffffffe', // -2
  '05f5e100', // 100,000,000
  '00010000',
  '7fff',
  'ffff',
  '8000',
  '00',
  'ff',
  'ffffffff0f', // the largest 32-bit varint
  'ffffffff7f', // more than 32 bits
  'ffffffffffffffffff01', // the largest 64-bit varint
  'ffffffffffffffffffffff', // a varint without an end
  '8080808000', // 0, the long way
  '7fffffffffffffff',
  '8000000000000000',
].map((hex) => Buffer.from(hex, 'hex'));

/** From 0 to 1, each equally often: fast-check's doubles are nearly all next to 0. */
export const places: fc.Arbitrary<number> = fc.nat(9999).map((tenThousandth) => tenThousandth / 10_000);

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: places,
  kind: fc.constantFrom('flip', 'overwrite', 'overwrite', 'insert', 'cut', 'repeat'),
  bytes: fc.oneof(
    fc.constantFrom(...ABSURD),
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  ),
  bit: fc.nat(7),
});

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(mutation, { minLength: 1, maxLength: 3 });

/** A changed copy. */
export function mutated(original: Buffer, changes: readonly Mutation[]): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (const change of changes) bytes = applied(bytes, change);
  return bytes;
}

function applied(bytes: Buffer, { at, kind, bytes: written, bit }: Mutation): Buffer {
  const position = Math.min(bytes.length, Math.floor(at * (bytes.length + 1)));
  const head = bytes.subarray(0, position);
  switch (kind) {
    case 'flip':
      if (position < bytes.length) bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
      return bytes;
    case 'overwrite':
      return Buffer.concat([head, written, bytes.subarray(position + written.length)]);
    case 'insert':
      return Buffer.concat([head, written, bytes.subarray(position)]);
    case 'cut':
      return Buffer.concat([head, bytes.subarray(position + written.length)]);
    case 'repeat':
      return Buffer.concat([bytes.subarray(0, position + written.length), bytes.subarray(position)]);
  }
}

/** Makes the size in front of a frame true again: what is wrong then is inside. In place. */
export function resized(frame: Buffer): Buffer {
  if (frame.length >= 4) frame.writeInt32BE(frame.length - 4, 0);
  return frame;
}
