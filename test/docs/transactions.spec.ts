import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { ROOT } from './snippets.js';

const TABLE = 'test/transactions/README.md';
const RULES = Array.from({ length: 30 }, (_, index) => index + 1);

interface Row {
  readonly rule: string;
  readonly title: string;
  readonly file: string;
}

/** Of both tables; those beside the rules have no number. */
function rows(): Row[] {
  const lines = readFileSync(join(ROOT, TABLE), 'utf8').matchAll(/^\|(.*)\| +\[[\w.-]+\]\((\S+)\) +\|$/gm);
  return Array.from(lines, ([, cells = '', link = '']) => {
    const columns = cells.split(' | ').map((cell) => cell.trim());
    return { rule: columns[0] ?? '', title: columns.at(-1) ?? '', file: join(ROOT, dirname(TABLE), link) };
  });
}

it('every rule of transactions is shown by a test with the title the table gives', () => {
  const found = rows();
  expect(found.length).toBeGreaterThan(RULES.length);
  const missing = found.filter(
    ({ title, file }) => title === '' || !existsSync(file) || !readFileSync(file, 'utf8').includes(title),
  );
  expect(missing).toEqual([]);
  const numbered = new Set(found.map(({ rule }) => Number(rule)).filter((rule) => rule > 0));
  expect([...numbered].toSorted((a, b) => a - b)).toEqual(RULES);
});
