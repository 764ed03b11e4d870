import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { CompressionType } from './codec.js';
import { DecompressionError, InvalidCompressionLevelError } from './compression.errors.js';
import { loadCodec } from './load-codec.js';

const orders = (count: number) =>
  Buffer.from(
    JSON.stringify(Array.from({ length: count }, (_, i) => ({ id: i, name: `order-${i % 17}`, total: i * 7.25 }))),
  );

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 99;
  for (let i = 0; i < length; i++) bytes[i] = (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 16;
  return bytes;
}

const INPUTS: readonly [name: string, bytes: Buffer][] = [
  ['one byte', Buffer.from('a')],
  ['a short text', Buffer.from('{"id":1}')],
  ['20 KB of JSON', orders(500)],
  ['1 MB of JSON', orders(25_000)],
  ['200 KB that cannot be compressed', noise(200_000)],
  ['a megabyte of zeroes', Buffer.alloc(1_000_000)],
  ['exactly one block of 32 KB', noise(32_768)],
];

const compressing = ['gzip', 'snappy', 'lz4', 'zstd'] as const satisfies CompressionType[];

for (const type of compressing) {
  describe(`the codec ${type}`, () => {
    it.each(INPUTS)('gives back %s', async (_name, bytes) => {
      const codec = await loadCodec(type);
      expect(bytes.equals(await codec.decompress(await codec.compress(bytes)))).toBe(true);
      expect(bytes.equals(await codec.decompress(codec.compressSync(bytes)))).toBe(true);
      expect(bytes.equals(codec.decompressSync(codec.compressSync(bytes)))).toBe(true);
    });

    it('gives back nothing for nothing', async () => {
      const codec = await loadCodec(type);
      expect(await codec.decompress(await codec.compress(Buffer.alloc(0)))).toHaveLength(0);
    });

    it('reads a view in the middle of other memory, and a plain Uint8Array', async () => {
      const codec = await loadCodec(type);
      const bytes = new Uint8Array(Buffer.concat([noise(100), orders(50), noise(100)])).subarray(100, -100);
      const compressed = new Uint8Array(Buffer.concat([noise(9), await codec.compress(bytes), noise(9)])).subarray(
        9,
        -9,
      );
      expect(await codec.decompress(compressed)).toEqual(orders(50));
      expect(await codec.decompress(codec.compressSync(bytes))).toEqual(orders(50));
    });

    it('makes JSON smaller', async () => {
      const codec = await loadCodec(type);
      expect(codec.compressSync(orders(500)).length).toBeLessThan(orders(500).length / 2);
    });

    it('lets the event loop turn while it compresses a large input', async () => {
      const codec = await loadCodec(type);
      const bytes = orders(100_000);
      let turns = 0;
      setImmediate(() => turns++);
      await codec.compress(bytes);
      // Work done here and now and wrapped in a promise would leave no turn at all.
      expect(turns).toBeGreaterThan(0);
    });

    it('refuses input that is cut short, wherever it is cut', async () => {
      const codec = await loadCodec(type);
      const whole = Buffer.from(await codec.compress(orders(5_000)));
      for (const cut of [0, 1, 3, 6, 7, 11, 100, Math.floor(whole.length / 2), whole.length - 1]) {
        await expect(codec.decompress(whole.subarray(0, cut)), `cut at ${cut}`).rejects.toThrow(DecompressionError);
      }
    });

    it('refuses bytes of another kind', async () => {
      const codec = await loadCodec(type);
      const error = await codec
        .decompress(Buffer.from('\xff\xff\xff\xff\xffno such thing', 'latin1'))
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(DecompressionError);
      expect((error as Error).message).toContain(`Cannot decompress ${type}: `);
    });

    it('never makes more than the caller allows', async () => {
      const codec = await loadCodec(type);
      const bomb = await codec.compress(Buffer.alloc(20_000_000));
      const error = await codec.decompress(bomb, 10_000_000).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(DecompressionError);
      expect((error as Error).message).toContain('10000000');
    });

    it('refuses the same here and now as it does later', async () => {
      const codec = await loadCodec(type);
      const whole = Buffer.from(codec.compressSync(orders(500)));
      expect(() => codec.decompressSync(whole.subarray(0, -1))).toThrow(DecompressionError);
      expect(() => codec.decompressSync(Buffer.from('\xff\xff\xff\xff\xffno', 'latin1'))).toThrow(DecompressionError);
      expect(() => codec.decompressSync(codec.compressSync(Buffer.alloc(20_000_000)), 10_000_000)).toThrow('10000000');
    });

    it('makes exactly as much as the caller allows', async () => {
      const codec = await loadCodec(type);
      const bytes = Buffer.alloc(2 ** 22);
      expect(await codec.decompress(await codec.compress(bytes), bytes.length)).toHaveLength(bytes.length);
    });

    it('answers damaged input with its own error or with bytes, never with a crash', async () => {
      const codec = await loadCodec(type);
      const whole = Buffer.from(await codec.compress(orders(20)));
      for (let i = 0; i < whole.length; i++) {
        const damaged = Buffer.from(whole);
        damaged.writeUInt8(damaged.readUInt8(i) ^ 0x41, i);
        const outcome = await codec.decompress(damaged, 1_000_000).catch((e: unknown) => e);
        expect(outcome instanceof DecompressionError || Buffer.isBuffer(outcome), `byte ${i}: ${String(outcome)}`).toBe(
          true,
        );
      }
    });
  });
}

describe('the codec none', () => {
  it('passes the very bytes through', async () => {
    const codec = await loadCodec('none');
    const bytes = orders(1);
    expect(await codec.compress(bytes)).toBe(bytes);
    expect(codec.compressSync(bytes)).toBe(bytes);
    expect(await codec.decompress(bytes)).toBe(bytes);
    expect(codec.decompressSync(bytes)).toBe(bytes);
  });

  it('refuses more than the caller allows', async () => {
    await expect((await loadCodec('none')).decompress(Buffer.alloc(11), 10)).rejects.toThrow(
      '11 bytes would come out, 10 are allowed',
    );
  });
});

describe('compression levels', () => {
  const distinct = [
    ['gzip', [0, 1, 6, 9]],
    ['zstd', [-131072, -50, -2, 1, 3, 9, 19]],
  ] as const;

  it.each(distinct)('of %s all have an effect', async (type, levels) => {
    const codecs = await Promise.all(levels.map((level) => loadCodec(type, level)));
    const sizes = codecs.map((codec) => codec.compressSync(orders(3_000)).length);
    expect(new Set(sizes).size).toBe(levels.length);
  });

  it.each([
    ['gzip', -1],
    ['zstd', 3],
  ] as const)('of %s begin at the default %d', async (type, level) => {
    const [given, byDefault] = await Promise.all([loadCodec(type, level), loadCodec(type)]);
    expect(given.compressSync(orders(500))).toEqual(byDefault.compressSync(orders(500)));
  });

  it.each([
    ['gzip', -2, 'use an integer from -1 to 9'],
    ['gzip', 10, 'use an integer from -1 to 9'],
    ['gzip', 1.5, 'use an integer from -1 to 9'],
    ['gzip', Number.NaN, 'use an integer from -1 to 9'],
    ['zstd', 23, 'use an integer from -131072 to 22'],
    ['zstd', -131073, 'use an integer from -131072 to 22'],
    ['zstd', -1, 'Node cannot set it'],
    ['snappy', 1, "Compression 'snappy' has no levels, but level 1 is given"],
    ['lz4', 9, "Compression 'lz4' has no levels, but level 9 is given"],
    ['none', 0, "Compression 'none' has no levels"],
  ] as const)('of %s do not include %d', async (type, level, message) => {
    const error = await loadCodec(type, level).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidCompressionLevelError);
    expect((error as Error).message).toContain(message);
    expect(error).toMatchObject({ compressionType: type, level });
  });

  it('of gzip reach zlib', async () => {
    const stored = (await loadCodec('gzip', 0)).compressSync(orders(500));
    expect(stored.length).toBeGreaterThan(orders(500).length);
    expect(gunzipSync(stored)).toEqual(orders(500));
  });
});
