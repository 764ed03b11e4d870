import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { EmbeddedKafka, InvalidEmbeddedKafkaOptionsError } from 'embedded-kafka';

import { codeIn } from './guide-tables.js';
import { ROOT } from './snippets.js';

const readme = readFileSync(join(ROOT, 'libs/embedded-kafka/README.md'), 'utf8');

function namesInTable(): string[] {
  const section = readme.split('\n## Options\n')[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => codeIn(row.split('|')[1] ?? ''));
}

/** What the library says when it is given an option it does not know. */
async function namesInCode(): Promise<string[]> {
  const refused = await EmbeddedKafka.start({ unknown: true } as object).catch((error: unknown) => error);
  if (!(refused instanceof InvalidEmbeddedKafkaOptionsError)) throw new Error('an unknown option was taken');
  return (refused.problems[0]?.message.split('there are ')[1] ?? '').split(', ');
}

describe('the options of embedded-kafka', () => {
  it('are those of the table in its README', async () => {
    expect(namesInTable().toSorted()).toEqual((await namesInCode()).toSorted());
  });
});
