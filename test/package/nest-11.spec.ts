import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { ROOT, snippetsOf } from '../docs/snippets.js';
import { templateSuite } from './template-suite.js';

describe('an application as `nest new` of Nest 11 makes it, with the packed libraries', () => {
  templateSuite('nest-11', { nestVersion: /^11\./ });

  it('tells Jest what the guide on testing says', async () => {
    const json = async (path: string) =>
      JSON.parse(await readFile(join(ROOT, 'test/fixtures/nest-11', path), 'utf8')) as object;
    const snippets = await snippetsOf('docs/guides/testing.md');
    const [guide] = snippets.filter(({ language }) => language === 'json');
    const config = JSON.parse(guide!.code) as object;
    expect(await json('package.json')).toMatchObject({ jest: config });
    expect(await json('test/jest-e2e.json')).toMatchObject(config);
  });
});
