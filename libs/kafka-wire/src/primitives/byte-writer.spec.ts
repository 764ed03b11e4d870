import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { WireError } from './wire-error.js';

type NumberType =
  'int8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'float64' | 'unsignedVarint' | 'varint' | 'varlong';

const SIGNED_32 = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)];
const EXACT = [...SIGNED_32, 2 ** 32, -(2 ** 32), 2 ** 34, 2 ** 35 - 1, -(2 ** 48) - 1, 2 ** 53 - 1, 1 - 2 ** 53];

const VALUES: readonly (readonly [NumberType, readonly number[]])[] = [
  ['int8', [0, 127, -128]],
  ['int16', [0, 32767, -32768]],
  ['uint16', [0, 65535]],
  ['int32', SIGNED_32],
  ['uint32', [0, 2 ** 32 - 1]],
  ['int64', EXACT],
  ['float64', [0.1, -1e300, Infinity]],
  ['unsignedVarint', [0, 127, 128, 16383, 16384, 2 ** 28, 2 ** 32 - 1]],
  ['varint', SIGNED_32],
  ['varlong', EXACT],
];

const UNFIT: readonly (readonly [NumberType, number])[] = [
  ['int8', 128],
  ['int16', -32769],
  ['uint16', -1],
  ['int32', 2 ** 31],
  ['int32', 1.5],
  ['int32', Number.NaN],
  ['uint32', -1],
  ['int64', 2 ** 53],
  ['int64', 0.5],
  ['unsignedVarint', -1],
  ['varint', 2 ** 31],
  ['varlong', -(2 ** 53)],
];

describe('ByteWriter', () => {
  it.each(VALUES)('writes %s as ByteReader reads it', (type, values) => {
    const writer = new ByteWriter();
    for (const value of values) writer[type](value);

    const reader = new ByteReader(writer.build());
    expect(values.map(() => reader[type]())).toEqual(values);
    expect(reader.remaining).toBe(0);
  });

  it.each(UNFIT)('refuses to write %d %d', (type, value) => {
    const writer = new ByteWriter();

    expect(() => writer[type](value)).toThrow(WireError);
    expect(writer.size).toBe(0);
  });

  it.each([...VALUES])('grows in the middle of %s', (type, values) => {
    const [value = 0] = values.slice(-1);
    for (let room = 0; room < 12; room++) {
      const writer = new ByteWriter(room);
      writer[type](value);
      writer[type](value);

      const reader = new ByteReader(writer.build());
      expect([reader[type](), reader[type]()]).toEqual([value, value]);
    }
  });

  it('grows for bytes and strings', () => {
    const writer = new ByteWriter(1);
    writer.bytes(Buffer.from('abc'));
    writer.nullableString('Größe');
    writer.nullableString(null);
    writer.uuid('AAECAwQFBgcICQoLDA0ODw');

    const reader = new ByteReader(writer.build());
    expect(reader.utf8(3)).toBe('abc');
    expect(reader.nullableString()).toBe('Größe');
    expect(reader.nullableString()).toBeNull();
    expect(reader.bytes(16).toString('hex')).toBe('000102030405060708090a0b0c0d0e0f');
  });

  it('patches a length into what was written', () => {
    const writer = new ByteWriter();
    writer.int32(0);
    writer.int8(7);
    writer.patchInt32(0, 1);

    expect(writer.build().toString('hex')).toBe('0000000107');
  });

  it.each(['', 'AAECAwQFBgcICQoLDA0OD', '00010203-0405-0607-0809-0a0b0c0d0e0f', 'AAECAwQFBgcICQoLDA0O+/'])(
    'refuses "%s" as a uuid',
    (text) => {
      expect(() => new ByteWriter().uuid(text)).toThrow(/is not a uuid of 22 base64url characters/);
    },
  );
});
