// Run by npm around packing, in a library's folder: `strip` before, `restore` after.
//
// The working manifest names a condition that leads tests to the sources, and scripts of this workspace. Neither means anything to a stranger,
// so the tarball gets a manifest without them. The product's README is the one at the root of the repository.
import { copyFile, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const SOURCE_CONDITION = '@nestjs-kafka-producer/source';
const BACKUP = '.package.json.workspace';
const ROOT_README_GOES_INTO = 'nestjs-kafka-producer';

export function publishedManifest(manifest) {
  const { scripts: _scripts, devDependencies: _devDependencies, ...published } = manifest;
  return { ...published, exports: withoutSourceCondition(manifest.exports) };
}

function withoutSourceCondition(target) {
  if (typeof target !== 'object' || target === null) return target;
  const kept = Object.entries(target).filter(([condition]) => condition !== SOURCE_CONDITION);
  return Object.fromEntries(kept.map(([condition, value]) => [condition, withoutSourceCondition(value)]));
}

async function strip() {
  // A backup left by a pack that was interrupted is the true manifest.
  if (await exists(BACKUP)) await rename(BACKUP, 'package.json');
  const manifest = JSON.parse(await readFile('package.json', 'utf8'));
  await copyFile('package.json', BACKUP);
  await writeFile('package.json', `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
  if (manifest.name === ROOT_README_GOES_INTO) await copyFile('../../README.md', 'README.md');
}

async function restore() {
  if (!(await exists(BACKUP))) return;
  await rename(BACKUP, 'package.json');
  const { name } = JSON.parse(await readFile('package.json', 'utf8'));
  if (name === ROOT_README_GOES_INTO) await rm('README.md', { force: true });
}

function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const command = { strip, restore }[process.argv[2]];
  if (command === undefined) throw new Error('usage: published-manifest.mjs strip|restore');
  await command();
}
