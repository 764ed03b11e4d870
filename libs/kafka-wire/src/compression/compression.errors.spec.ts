import { describe, expect, it } from 'vitest';
import { CodecUnavailableError } from './compression.errors.js';
import { loadLz4 } from './lz4.js';
import { loadSnappy } from './snappy.js';
import { loadZstd } from './zstd.js';

const notInstalled = (name: string): Promise<never> =>
  Promise.reject(
    Object.assign(new Error(`Cannot find package '${name}' imported from app.js`), { code: 'ERR_MODULE_NOT_FOUND' }),
  );

describe('a codec whose package is missing', () => {
  it.each([
    ['snappy', 'snappy', () => loadSnappy(undefined, () => notInstalled('snappy'))],
    ['lz4', 'lz4-napi', () => loadLz4(undefined, () => notInstalled('lz4-napi'))],
    ['zstd', '@toondepauw/node-zstd', () => loadZstd(undefined, () => notInstalled('@toondepauw/node-zstd'), {})],
  ] as const)('%s names the package and the command that installs it', async (type, packageName, load) => {
    const error = await load().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CodecUnavailableError);
    expect(error).toMatchObject({ compressionType: type, packageName });
    expect((error as Error).message).toContain(`needs the package '${packageName}', which is not installed`);
    expect((error as Error).message).toContain(`npm install ${packageName}`);
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  it('tells what is wrong when the package is there but its binary does not load', async () => {
    const load = loadSnappy(undefined, () => Promise.reject(new Error('Failed to load native binding')));
    await expect(load).rejects.toThrow("'snappy', which does not load here (Failed to load native binding)");
  });

  it('says that a newer Node needs no package for zstd', async () => {
    const load = loadZstd(undefined, () => notInstalled('@toondepauw/node-zstd'), {});
    await expect(load).rejects.toThrow('use Node 22.15 or later');
  });
});
