import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vitest/config';

import { mutated } from './mutant.js';
import { MUTANTS } from './mutants.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const PRODUCER = join(ROOT, 'libs/kafka-producer/src/');
/** What puts the producer together belongs to it. */
const BUILDERS = join(ROOT, 'test/simulation/support/');
const QUERY = '?mutant=';

/**
 * Lets a test import the producer with a bug: `simulated-producer.ts?mutant=<name>` and all sources of the producer below it are modules of their own,
 * in one of which a piece is replaced. The product knows nothing of it.
 */
export function mutantPlugin(): Plugin {
  return {
    name: 'mutants-of-the-producer',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      const name = mutantOf(importer);
      if (name === undefined || !source.startsWith('.')) return undefined;
      const found = await this.resolve(source, pathOf(importer ?? ''), { ...options, skipSelf: true });
      if (found === null || ![PRODUCER, BUILDERS].some((folder) => found.id.startsWith(folder))) return found;
      return `${found.id}${QUERY}${encodeURIComponent(name)}`;
    },
    async load(id) {
      const name = mutantOf(id);
      const path = pathOf(id);
      if (name === undefined || !path.startsWith(PRODUCER)) return undefined;
      const mutant = MUTANTS[name];
      if (mutant === undefined) throw new Error(`there is no mutant "${name}"`);
      return mutated(name, mutant, path.slice(PRODUCER.length), await readFile(path, 'utf8'));
    },
  };
}

function mutantOf(id: string | undefined): string | undefined {
  const query = id?.split(QUERY)[1];
  return query === undefined ? undefined : decodeURIComponent(query.split('&')[0] ?? '');
}

function pathOf(id: string): string {
  return id.split('?')[0] ?? id;
}
