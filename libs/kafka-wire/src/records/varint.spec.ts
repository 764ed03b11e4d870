import { describe, expect, it } from 'vitest';

import { sizeOfVarint } from './sized-record.js';
import { readVarint, skipVarint, writeVarint } from './varint.js';

/** As Kafka's `ByteUtilsTest` has them, and around the places where another byte or another way of writing begins. */
const VECTORS: readonly [value: number, bytes: readonly number[]][] = [
  [0, [0x00]],
  [-1, [0x01]],
  [1, [0x02]],
  [63, [0x7e]],
  [-64, [0x7f]],
  [64, [0x80, 0x01]],
  [-65, [0x81, 0x01]],
  [8191, [0xfe, 0x7f]],
  [-8192, [0xff, 0x7f]],
  [8192, [0x80, 0x80, 0x01]],
  [0x3fff_ffff, [0xfe, 0xff, 0xff, 0xff, 0x07]],
  [0x4000_0000, [0x80, 0x80, 0x80, 0x80, 0x08]],
  [-0x4000_0000, [0xff, 0xff, 0xff, 0xff, 0x07]],
  [-0x4000_0001, [0x81, 0x80, 0x80, 0x80, 0x08]],
  [2 ** 31 - 1, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
  [-(2 ** 31), [0xff, 0xff, 0xff, 0xff, 0x0f]],
  [2 ** 34 - 1, [0xfe, 0xff, 0xff, 0xff, 0x7f]],
  [2 ** 34, [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
  [2 ** 53 - 1, [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]],
  [-(2 ** 53), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]],
];

describe('a varint', () => {
  it.each(VECTORS)('of %d is %j, and takes the room foretold', (value, bytes) => {
    const buffer = Buffer.alloc(12, 0xaa);
    const end = writeVarint(buffer, 1, value);
    expect([...buffer.subarray(1, end)]).toEqual(bytes);
    expect(buffer[end]).toBe(0xaa);
    expect(sizeOfVarint(value)).toBe(bytes.length);
  });

  it.each(VECTORS.filter(([value]) => value === (value | 0)))('of %d is read back', (value, bytes) => {
    expect(readVarint(Buffer.from([0xff, ...bytes]), 1)).toBe(value);
  });

  it.each(VECTORS)('of %d is stepped over', (_value, bytes) => {
    expect(skipVarint(Buffer.from([0xff, ...bytes, 0xff]), 1)).toBe(1 + bytes.length);
  });
});
