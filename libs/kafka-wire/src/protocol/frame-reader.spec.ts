import { describe, expect, it } from 'vitest';
import { FrameReader } from './frame-reader.js';

function frame(text: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(text.length);
  return Buffer.concat([size, Buffer.from(text)]);
}

function drain(reader: FrameReader): string[] {
  const frames: string[] = [];
  for (let next = reader.next(); next !== undefined; next = reader.next()) frames.push(next.toString());
  return frames;
}

describe('FrameReader', () => {
  const texts = ['alpha', '', 'b', 'gamma-gamma'];
  const stream = Buffer.concat(texts.map(frame));

  it.each([1, 2, 3, 5, 7, 100])('cuts the same frames from chunks of %d bytes', (chunkBytes) => {
    const reader = new FrameReader();
    const frames: string[] = [];
    for (let at = 0; at < stream.length; at += chunkBytes) {
      reader.push(stream.subarray(at, at + chunkBytes));
      frames.push(...drain(reader));
    }

    expect(frames).toEqual(texts);
  });

  it('cuts the same frames when they are taken only at the end', () => {
    const reader = new FrameReader();
    for (const byte of stream) reader.push(Buffer.of(byte));

    expect(drain(reader)).toEqual(texts);
  });

  it.each([1, 700, 1023, 1024, 5000])(
    'cuts the same frames from small and large chunks, the small of %d bytes',
    (small) => {
      const long = ['x'.repeat(40_000), 'short', 'y'.repeat(3), 'z'.repeat(17_000), '', 'end'].map(
        (text) => text + small,
      );
      const bytes = Buffer.concat(long.map(frame));
      const reader = new FrameReader();
      const frames: string[] = [];
      for (let at = 0, count = 0; at < bytes.length; count++) {
        const chunkBytes = count % 7 === 3 ? 9000 : small;
        reader.push(bytes.subarray(at, at + chunkBytes));
        // Now and then some come before the reader is asked.
        if (count % 3 !== 0) frames.push(...drain(reader));
        at += chunkBytes;
      }
      frames.push(...drain(reader));

      expect(frames).toEqual(long);
    },
  );

  it('leaves what was handed out as it is when more comes', () => {
    const reader = new FrameReader();
    for (const byte of Buffer.concat([frame('alpha'), frame('be')]).subarray(0, -1)) reader.push(Buffer.of(byte));
    const alpha = reader.next();
    reader.push(Buffer.from('t'));

    expect([alpha?.toString(), ...drain(reader)]).toEqual(['alpha', 'bt']);
  });

  it('hands out a view of a chunk that holds the whole frame', () => {
    const reader = new FrameReader();
    const chunk = frame('alpha');
    reader.push(chunk);

    expect(reader.next()?.buffer).toBe(chunk.buffer);
  });

  it('has no frame before its last byte is there', () => {
    const reader = new FrameReader();
    reader.push(frame('alpha').subarray(0, 8));
    expect(reader.next()).toBeUndefined();

    reader.push(Buffer.from('a'));
    expect(reader.next()?.toString()).toBe('alpha');
  });

  it.each([
    ['a negative size', 'ffffffff', 'a frame of -1 bytes; 0 to 1000 are accepted'],
    ['a size above the limit', '000003e9', 'a frame of 1001 bytes; 0 to 1000 are accepted'],
    ['TLS spoken to a plain port', '16030100', 'a frame of 369295616 bytes; 0 to 1000 are accepted'],
  ])('refuses %s as soon as the size is there', (_title, hex, message) => {
    const reader = new FrameReader({ maxFrameBytes: 1000 });
    reader.push(Buffer.from(hex, 'hex'));

    expect(() => reader.next()).toThrow(message);
  });

  it('accepts a frame of exactly the limit', () => {
    const reader = new FrameReader({ maxFrameBytes: 5 });
    reader.push(frame('alpha'));

    expect(reader.next()?.toString()).toBe('alpha');
  });
});
