import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['simulation', 'faults', 'interop', 'process'];
const NUMBER = /\bF\d+\b/g;

/** Of the table in test/faults/README.md. */
function numbered(): string[] {
  const table = readFileSync(join(ROOT, 'test/faults/README.md'), 'utf8');
  return Array.from(table.matchAll(/^\| (F\d+) +\|/gm), ([, number = '']) => number);
}

/** In the names of tests, and in the rows they are made from. */
function tested(): Set<string> {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, 'test', folder)).map((file) => join(ROOT, 'test', folder, file)),
  );
  const sources = files.filter((file) => file.endsWith('.spec.ts')).map((file) => readFileSync(file, 'utf8'));
  const names = sources.flatMap((source) => source.match(/'(F\d+|[^'\n]*\bF\d+:[^'\n]*)'/g) ?? []);
  return new Set(names.flatMap((name) => name.match(NUMBER) ?? []));
}

it('every fault of the table is tested by its number, and no test has another one', () => {
  expect(numbered().length).toBeGreaterThan(20);
  expect([...tested()].toSorted()).toEqual(numbered().toSorted());
});
