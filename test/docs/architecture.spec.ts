import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './snippets.js';

const SOURCES = 'libs/kafka-producer/src';

/** A path in backticks: a folder or file of the repository, or one below the sources of the product. */
const PATH = /`((?:[\w-]+\/)+[\w.-]+|[\w.-]+\.(?:ts|cjs))`/g;

it('ARCHITECTURE.md names only files and folders that exist', async () => {
  const text = await readFile(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
  const named = [...new Set(Array.from(text.matchAll(PATH), ([, path]) => path ?? ''))];
  expect(named.length).toBeGreaterThan(20);
  const found = await Promise.all(named.map(async (path) => (await exists(path)) || (await exists(SOURCES, path))));
  expect(named.filter((_, index) => !found[index])).toEqual([]);
});

function exists(...path: string[]): Promise<boolean> {
  return access(join(ROOT, ...path)).then(
    () => true,
    () => false,
  );
}
