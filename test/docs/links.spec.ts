import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { documents, ROOT } from './snippets.js';

it('relative links in the documents lead to files of the repository', async () => {
  const dead: string[] = [];
  for (const document of await documents()) {
    const text = await readFile(join(ROOT, document), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      await access(join(ROOT, dirname(document), target)).catch(() => dead.push(`${document}: ${target}`));
    }
  }
  expect(dead).toEqual([]);
});
