import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { WireError } from './wire-error.js';

function reading(hex: string): ByteReader {
  return new ByteReader(Buffer.from(hex, 'hex'));
}

describe('ByteReader', () => {
  it.each([
    ['int8', '80', -128],
    ['int16', '8000', -32768],
    ['uint16', 'ffff', 65535],
    ['int32', '80000000', -2147483648],
    ['uint32', 'ffffffff', 4294967295],
    ['int64', 'ffffffffffffffff', -1],
    ['int64', '0000000100000000', 4294967296],
    ['int64', '001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['int64', 'ffe0000000000001', Number.MIN_SAFE_INTEGER],
    ['float64', 'bff0000000000000', -1],
    ['unsignedVarint', '00', 0],
    ['unsignedVarint', 'ac02', 300],
    ['unsignedVarint', 'ffffffff0f', 4294967295],
    ['varint', '01', -1],
    ['varint', 'ffffffff0f', -2147483648],
    ['varint', 'feffffff0f', 2147483647],
    ['varlong', '01', -1],
    ['varlong', '80808080808002', 2 ** 42],
    ['varlong', 'feffffffffffff1f', Number.MAX_SAFE_INTEGER],
    ['varlong', 'fdffffffffffff1f', Number.MIN_SAFE_INTEGER],
  ] as const)('reads %s %s as %d', (type, hex, value) => {
    const reader = reading(hex);

    expect(reader[type]()).toBe(value);
    expect(reader.remaining).toBe(0);
  });

  it.each([
    ['int64', '0020000000000000'],
    ['int64', 'ffe0000000000000'],
    ['int64', '7fffffffffffffff'],
    ['varlong', '8080808080808020'],
    ['varlong', 'ffffffffffffffffff01'],
  ] as const)('refuses %s %s, which no number holds exactly', (type, hex) => {
    expect(() => reading(hex)[type]()).toThrow(/has no exact number \(beyond 2\^53\) \(at byte 0\)/);
  });

  it.each([
    ['unsignedVarint', '808080808001', 'a varint of more than 5 bytes'],
    ['varlong', '8080808080808080808001', 'a varlong of more than 10 bytes'],
  ] as const)('refuses %s %s that never ends', (type, hex, message) => {
    expect(() => reading(hex)[type]()).toThrow(message);
  });

  it.each([
    ['int8', '', 0],
    ['int16', '00', 0],
    ['int32', '000000', 0],
    ['int64', '00000000000000', 0],
    ['float64', '00', 0],
    ['uuid', '000102030405060708090a0b0c0d0e', 0],
    ['unsignedVarint', '8080', 2],
    ['varlong', '80808080808080', 7],
    ['nullableString', '000361', 2],
  ] as const)('refuses a truncated %s and says where', (type, hex, position) => {
    expect(() => reading(hex)[type]()).toThrow(expect.objectContaining({ constructor: WireError, position }));
  });

  it('reads null and strings of several bytes per character', () => {
    const reader = reading('ffff0006e6b3a8e69687');

    expect(reader.nullableString()).toBeNull();
    expect(reader.nullableString()).toBe('注文');
  });

  it('refuses negative lengths, except of what may be null', () => {
    expect(reading('fffe').nullableString()).toBeNull();
    expect(() => reading('').bytes(-2)).toThrow('negative length -2 (at byte 0)');
  });

  it('stays inside the bounds it was given', () => {
    const reader = new ByteReader(Buffer.from('00010002', 'hex'), 1, 3);

    expect(reader.int16()).toBe(0x0100);
    expect(() => reader.int8()).toThrow('1 bytes wanted, 0 left (at byte 3)');
  });
});
