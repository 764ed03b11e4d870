import { describe, expect, it } from 'vitest';
import { loadCodec } from './load-codec.js';
import { lz4FrameMaxSize } from './lz4-frame.js';
import { xerialBlocks, xerialFrame } from './xerial-frame.js';
import { zstdFramesIn } from './zstd-frame.js';

const text = Buffer.from('to be or not to be, that is the question. '.repeat(10_000));

describe('xerial framing', () => {
  it('begins with the header that Java writes', () => {
    expect(xerialFrame([Buffer.from('ab')]).toString('hex')).toBe(
      '82534e4150505900' + '00000001' + '00000001' + '00000002' + '6162',
    );
  });

  it('gives back the blocks it was made of', () => {
    const blocks = [Buffer.from('one'), Buffer.alloc(0), Buffer.from('three')];
    expect(xerialBlocks(xerialFrame(blocks))).toEqual(blocks);
  });

  it('is not seen in a raw block', () => {
    expect(xerialBlocks(Buffer.from('00', 'hex'))).toBeUndefined();
  });

  it('is written by the codec in blocks of 32 KB, like snappy-java', async () => {
    const codec = await loadCodec('snappy');
    expect(xerialBlocks((await codec.compress(text)) as Buffer)).toHaveLength(Math.ceil(text.length / 32_768));
  });

  it.each(['7fffffff', 'ffffffff', '80000000', '00000003'])('refuses a block of the wrong size 0x%s', async (size) => {
    const stream = Buffer.concat([xerialFrame([]), Buffer.from(size, 'hex'), Buffer.from('ab')]);
    await expect((await loadCodec('snappy')).decompress(stream)).rejects.toThrow('is cut short or its size');
  });

  it('refuses a block that declares more than it can hold, before memory is taken for it', async () => {
    await expect((await loadCodec('snappy')).decompress(Buffer.from('ffffffff0f00', 'hex'))).rejects.toThrow(
      '6 bytes cannot hold the declared 4294967295',
    );
  });
});

describe('raw snappy', () => {
  it('is read too: librdkafka may write it', async () => {
    const { compressSync } = await import('snappy');
    expect(await (await loadCodec('snappy')).decompress(compressSync(text))).toEqual(text);
  });
});

describe('LZ4 frames', () => {
  it('are written with independent blocks, the only ones Kafka reads', async () => {
    const frame = (await loadCodec('lz4')).compressSync(text);
    expect(Buffer.from(frame).readUInt8(4) & 0x20).toBe(0x20);
  });

  it('are measured to within one block', async () => {
    const frame = await (await loadCodec('lz4')).compress(text);
    expect(lz4FrameMaxSize(frame as Buffer)).toBeGreaterThanOrEqual(text.length);
    expect(lz4FrameMaxSize(frame as Buffer)).toBeLessThan(text.length + 2 ** 22);
  });

  it.each([{ contentChecksum: true }, { blockChecksums: true }])('are read with %o', async (options) => {
    const { compressFrameSync } = await import('lz4-napi');
    const codec = await loadCodec('lz4');
    const frame = compressFrameSync(text, options);
    expect(await codec.decompress(frame)).toEqual(text);
    await expect(codec.decompress(frame.subarray(0, -1))).rejects.toThrow('Cannot decompress lz4');
  });

  it('are refused when they end between two blocks', async () => {
    const codec = await loadCodec('lz4');
    const frame = codec.compressSync(text);
    await expect(codec.decompress(frame.subarray(0, -4))).rejects.toThrow('it ends before its end mark');
  });
});

describe('zstd frames', () => {
  it('are measured to within one block', async () => {
    const frame = (await (await loadCodec('zstd')).compress(text)) as Buffer;
    const { maxSizeBytes } = zstdFramesIn(frame);
    expect(maxSizeBytes).toBeGreaterThanOrEqual(text.length);
    expect(maxSizeBytes).toBeLessThan(text.length + 128 * 1024);
  });

  /** Made by hand from RFC 8878. */
  const frames = {
    /** No single segment, window 1 KB; a last block that is raw and holds "abc". */
    raw: '28b52ffd' + '00' + '00' + '190000' + '616263',
    /** Single segment of 4 bytes; a last block that is "z" four times. */
    runLength: '28b52ffd' + '20' + '04' + '230000' + '7a',
    /** Sixteen magic numbers announce frames to be skipped; this one is of 2 bytes. */
    skippable: '502a4d18' + '02000000' + 'ffff',
  };

  it('are read one behind the other, with frames to skip between them', async () => {
    const bytes = Buffer.from(frames.raw + frames.skippable + frames.runLength, 'hex');
    expect(zstdFramesIn(bytes).maxSizeBytes).toBe(3 + 4);
    expect((await (await loadCodec('zstd')).decompress(bytes)).toString()).toBe('abczzzz');
  });

  it('are refused when something else follows', () => {
    expect(() => zstdFramesIn(Buffer.from(frames.raw + '0102030405060708', 'hex'))).toThrow(
      'no frame begins at byte 12',
    );
  });

  it('are refused when a frame to skip is longer than the input', () => {
    expect(() => zstdFramesIn(Buffer.from(frames.raw + '502a4d18ffffffff', 'hex'))).toThrow(
      'ends in the middle of a frame',
    );
  });
});
