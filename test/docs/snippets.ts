import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** What is written for readers, as paths from the root. */
export async function documents(): Promise<string[]> {
  const found = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'];
  // The product's README is the first of them.
  for (const folder of ['libs/kafka-wire', 'libs/embedded-kafka', 'apps/order-service'])
    found.push(`${folder}/README.md`);
  for (const name of await readdir(join(ROOT, 'docs'), { recursive: true })) {
    if (name.endsWith('.md')) found.push(`docs/${name}`);
  }
  return found;
}

export interface Snippet {
  readonly language: string;
  readonly code: string;
  /** From 1, in the document. */
  readonly line: number;
}

/** The fenced blocks of a Markdown document, in its order. */
export async function snippetsOf(document: string): Promise<Snippet[]> {
  const text = await readFile(join(ROOT, document), 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1] ?? '',
    code: match[2] ?? '',
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** A TypeScript block starts with the name of the file it stands for, so that the blocks of a document can import each other. */
export function fileNameOf({ code, line }: Snippet): string {
  const name = /^\/\/ ([\w.-]+\.ts)\n/.exec(code)?.[1];
  if (name === undefined) throw new Error(`the ts block in line ${line} does not start with "// its-file-name.ts"`);
  return name;
}

/** Writes the TypeScript blocks of a document into a folder of its own below `folder`. @returns their paths */
export async function writeSnippets(folder: string, document: string): Promise<string[]> {
  const place = join(folder, document.replaceAll('/', '_'));
  await mkdir(place, { recursive: true });
  const blocks = (await snippetsOf(document)).filter(({ language }) => language === 'ts');
  return Promise.all(
    blocks.map(async (block) => {
      const path = join(place, fileNameOf(block));
      await writeFile(path, block.code);
      return path;
    }),
  );
}
