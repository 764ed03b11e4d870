import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.js';
import { loadCrc32c } from './load-crc32c.js';

const ascending = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

/** RFC 3720 appendix B.4, and the check value of the CRC catalogue. */
const VECTORS: readonly [name: string, bytes: Buffer, checksum: number][] = [
  ['nothing', Buffer.alloc(0), 0],
  ['the check string', Buffer.from('123456789'), 0xe3069283],
  ['32 zeroes', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 ascending bytes', ascending, 0x46dd794e],
  ['32 descending bytes', Buffer.from(ascending).reverse(), 0x113fdb5c],
  [
    'an iSCSI read command',
    Buffer.from(
      '01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000',
      'hex',
    ),
    0xd9963a56,
  ],
];

function pseudoRandom(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 12345;
  for (let i = 0; i < length; i++) bytes[i] = (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 16;
  return bytes;
}

function bitByBit(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

for (const [backend, load] of [
  ['plain JavaScript', () => Promise.resolve(crc32c)],
  ['the native add-on', () => loadCrc32c()],
] as const) {
  describe(`crc32c in ${backend}`, () => {
    it.each(VECTORS)('gives the published value of %s', async (_name, bytes, checksum) => {
      const checksumOf = await load();
      expect(checksumOf(bytes)).toBe(checksum);
    });

    it('agrees with the definition at every length and start', async () => {
      const checksumOf = await load();
      const bytes = pseudoRandom(700);
      for (let end = 0; end <= bytes.length; end += end < 80 ? 1 : 31) {
        for (const start of [0, 1, 7, 21].filter((s) => s <= end)) {
          expect(checksumOf(bytes, start, end), `${start}..${end}`).toBe(bitByBit(bytes.subarray(start, end)));
        }
      }
    });

    it('reads to the end when no end is given', async () => {
      const checksumOf = await load();
      const bytes = pseudoRandom(5000);
      expect(checksumOf(bytes, 21)).toBe(bitByBit(bytes.subarray(21)));
    });
  });
}

describe('loadCrc32c', () => {
  it('uses the add-on for long input', async () => {
    const checksumOf = await loadCrc32c(() => Promise.resolve({ crc32c: () => 42 }));
    expect(checksumOf(new Uint8Array(1000))).toBe(42);
  });

  it('does not call the add-on for short input, where the call costs more than it saves', async () => {
    const checksumOf = await loadCrc32c(() => Promise.resolve({ crc32c: () => 42 }));
    expect(checksumOf(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it('falls back to plain JavaScript when the add-on cannot be loaded', async () => {
    expect(await loadCrc32c(() => Promise.reject(new Error('Cannot find package')))).toBe(crc32c);
  });
});
