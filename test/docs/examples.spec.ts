import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as nestMicroservices from '@nestjs/microservices';
import * as terminus from '@nestjs/terminus';
import * as product from 'nestjs-kafka-producer';
import * as health from 'nestjs-kafka-producer/health';
import * as microservices from 'nestjs-kafka-producer/microservices';
import * as testing from 'nestjs-kafka-producer/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemsIn } from './compile.js';
import { ROOT } from './snippets.js';

/** What an example may take for granted; it may declare the same names itself. */
const PRELUDE = `
import type { KafkaProducerService, TopicContract } from 'nestjs-kafka-producer';
export interface Order { id: string; total: number }
export interface OrderPlaced { orderId: string; total: number }
export declare const orderPlaced: TopicContract<OrderPlaced>;
export declare const event: OrderPlaced;
export declare const producer: KafkaProducerService;
`;
const GIVEN = ['Order', 'OrderPlaced', 'orderPlaced', 'event', 'producer'];

/** Where an example may take names from. */
const PACKAGES = {
  'nestjs-kafka-producer': product,
  'nestjs-kafka-producer/testing': testing,
  'nestjs-kafka-producer/health': health,
  'nestjs-kafka-producer/microservices': microservices,
  '@nestjs/microservices': nestMicroservices,
  '@nestjs/terminus': terminus,
};

let folder: string;

beforeAll(async () => {
  await mkdir(join(ROOT, 'temp'), { recursive: true });
  folder = await mkdtemp(join(ROOT, 'temp/examples-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the examples in doc comments compile', async () => {
  const files = [join(folder, 'prelude.ts')];
  await writeFile(join(folder, 'prelude.ts'), PRELUDE);
  for (const { name, code } of await examples()) {
    files.push(join(folder, name));
    await writeFile(join(folder, name), program(code));
  }
  expect(files.length).toBeGreaterThan(3);
  expect(problemsIn(folder, files)).toEqual([]);
});

async function examples(): Promise<{ name: string; code: string }[]> {
  const sources = join(ROOT, 'libs/kafka-producer/src');
  const found: { name: string; code: string }[] = [];
  for (const file of await readdir(sources, { recursive: true })) {
    if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
    const text = await readFile(join(sources, file), 'utf8');
    for (const [, fenced = ''] of text.matchAll(/\* @example\n\s*\* ```ts\n(.*?)\n\s*\* ```/gs)) {
      const code = fenced.replace(/^\s*\* ?/gm, '');
      found.push({ name: `${file.replaceAll('/', '_').slice(0, -3)}-${found.length}.ts`, code });
    }
  }
  return found;
}

/** An example is a few statements, or a decorated member of some class. `…` stands for a body that does not matter. */
function program(code: string): string {
  const body = code.replaceAll('{ … }', "{ throw new Error('…'); }");
  const isUsed = (name: string) => new RegExp(`\\b${name}\\b`).test(code);
  const isDeclared = (name: string) => new RegExp(`\\b(const|class|interface) ${name}\\b`).test(code);
  const isMember = code.startsWith('@') && !/\bclass\b/.test(code);
  const imported = new Set<string>();
  return [
    ...Object.entries(PACKAGES).map(([name, exported]) => {
      // Some names two entries export: the first is as good as the second.
      const names = Object.keys(exported).filter((each) => isUsed(each) && !isDeclared(each) && !imported.has(each));
      for (const each of names) imported.add(each);
      return `import { ${names.join(', ')} } from '${name}';`;
    }),
    `import { ${GIVEN.filter((name) => isUsed(name) && !isDeclared(name))
      .map(asImport)
      .join(', ')} } from './prelude.js';`,
    isMember ? `export class Example {\n${body}\n}` : body,
    'export {};',
  ].join('\n');
}

function asImport(name: string): string {
  return /^[A-Z]/.test(name) ? `type ${name}` : name;
}
