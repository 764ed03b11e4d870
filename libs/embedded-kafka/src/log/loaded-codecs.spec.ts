import { describe, expect, it } from 'vitest';
import { LoadedCodecs } from './loaded-codecs.js';

describe('LoadedCodecs', () => {
  it('starts with what needs no package, and loads the rest when it is asked for', async () => {
    const codecs = await LoadedCodecs.builtIn();
    expect([codecs.isLoaded('gzip'), codecs.isLoaded('snappy'), codecs.get('snappy')]).toEqual([
      true,
      false,
      undefined,
    ]);
    await codecs.load(['snappy']);
    expect([codecs.isLoaded('snappy'), codecs.get('snappy')?.type, codecs.isLoaded('lz4')]).toEqual([
      true,
      'snappy',
      false,
    ]);
  });
});
