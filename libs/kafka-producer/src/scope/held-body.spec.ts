import { StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';

import { holdBody, releaseBody } from './held-body.js';

describe('a body that is kept back', () => {
  it('may fail meanwhile, and still tells whoever reads it', async () => {
    const body = new Readable({ read() {} });
    holdBody(body);
    body.destroy(new Error('no such file'));
    await new Promise((resolve) => body.once('close', resolve));
    await expect(body.toArray()).rejects.toThrow('no such file');
  });

  it('is closed when it is not sent', async () => {
    const [file, stream] = [Readable.from(['a']), Readable.from(['a'])];
    const cancelled: string[] = [];
    const web = (name: string): ReadableStream => new ReadableStream({ cancel: () => void cancelled.push(name) });
    for (const body of [new StreamableFile(file), stream, web('stream'), new Response(web('response'))]) {
      releaseBody(body);
    }
    expect({ file: file.destroyed, stream: stream.destroyed, cancelled }).toEqual({
      file: true,
      stream: true,
      cancelled: ['stream', 'response'],
    });
  });

  it('is left alone when it is none, whatever methods it has', () => {
    const called: string[] = [];
    const entity = { destroy: () => called.push('destroy'), on: () => called.push('on') };
    for (const value of [entity, null, undefined, 'text', new Response(null)]) {
      holdBody(value);
      releaseBody(value);
    }
    expect(called).toEqual([]);
  });
});
