import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');
const NOT_PACKED = new Set(['node_modules']);

/**
 * Packs every library as npm would publish it and returns the paths of the tarballs by package name.
 *
 * Works on a copy: packing rewrites manifests for a moment, and tests that run meanwhile must not see that. Needs an up-to-date `npm run build`.
 *
 * @param {string} destination an absolute path; created when missing
 * @returns {Promise<Record<string, string>>}
 */
export async function packLibraries(destination) {
  const copy = await mkdtemp(join(tmpdir(), 'pack-'));
  try {
    await mkdir(destination, { recursive: true });
    await cp(join(ROOT, 'scripts'), join(copy, 'scripts'), { recursive: true });
    await cp(join(ROOT, 'README.md'), join(copy, 'README.md'));
    /** @type {Record<string, string>} */
    const tarballs = {};
    for (const folder of await readdir(join(ROOT, 'libs'))) {
      const library = join(copy, 'libs', folder);
      const filter = (path) => !NOT_PACKED.has(path.slice(join(ROOT, 'libs', folder).length + 1));
      await cp(join(ROOT, 'libs', folder), library, { recursive: true, filter });
      const { name } = JSON.parse(await readFile(join(library, 'package.json'), 'utf8'));
      const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', destination], {
        cwd: library,
      });
      tarballs[name] = join(destination, JSON.parse(stdout)[0].filename);
    }
    return tarballs;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
