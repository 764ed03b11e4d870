import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Type } from '@nestjs/common';
import ts from 'typescript';

import { ROOT, writeSnippets } from '../../docs/snippets.js';

const GUIDE = 'docs/guides/with-a-database.md';
const SECTION = '## What is left when something fails';

export interface Order {
  readonly id: string;
  readonly customer: string;
  readonly total: number | bigint;
  readonly note?: string;
}

/** The service of the guide. */
export interface GuideOrders {
  place(order: Order): Promise<void>;
  placeTogether(order: Order): Promise<void>;
  placeWithoutUnit(order: Order): Promise<void>;
}

/** Classes of the guide, as a reader has them who copied its code. */
export interface GuideClasses {
  readonly Database: Type;
  readonly Fulfilment: Type;
  readonly OrdersService: Type<GuideOrders>;
}

/** Which method of the guide stands for an order of its table. */
export const METHODS: Readonly<Record<string, keyof GuideOrders>> = {
  '`@Transactional` outermost': 'place',
  '`beforeCommit`': 'placeTogether',
  '`@Emit` without a unit': 'placeWithoutUnit',
};

/** A row of the guide's table, without its emphasis. */
export interface MatrixRow {
  readonly what: string;
  readonly method: keyof GuideOrders;
  readonly database: string;
  readonly kafka: string;
  readonly caller: string;
}

/** What the guide says is left. Rows whose first cell is empty are about the failure above them. */
export async function matrix(): Promise<MatrixRow[]> {
  const text = await readFile(join(ROOT, GUIDE), 'utf8');
  const [, section = ''] = text.split(SECTION);
  const [, , ...lines] = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'));
  let what = '';
  return lines.map((line) => {
    const [first = '', order = '', database = '', kafka = '', caller = ''] = line
      .slice(1)
      .split('|')
      .map((cell) => cell.replaceAll('**', '').trim());
    if (first !== '') what = first;
    const method = METHODS[order];
    if (method === undefined) throw new Error(`the guide's table has an order '${order}' that no method stands for`);
    return { what, method, database, kafka, caller };
  });
}

/** The code of the guide in a folder where packages resolve as they do for a user. */
export class GuideCode {
  private constructor(
    readonly folder: string,
    readonly files: readonly string[],
  ) {}

  static async write(): Promise<GuideCode> {
    await mkdir(join(ROOT, 'temp'), { recursive: true });
    const folder = await mkdtemp(join(ROOT, 'temp/database-'));
    return new GuideCode(folder, await writeSnippets(folder, GUIDE));
  }

  async load(): Promise<GuideClasses> {
    const modules = await Promise.all(this.files.map((file) => import(pathToFileURL(file).href) as Promise<object>));
    return Object.assign({}, ...modules) as GuideClasses;
  }

  /** For a Node of its own, on the built libraries. @returns where they are */
  async transpile(): Promise<string> {
    const target = join(this.folder, 'js');
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'package.json'), '{ "type": "module" }');
    for (const file of this.files) {
      const { outputText } = ts.transpileModule(await readFile(file, 'utf8'), {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2023,
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
        },
      });
      await writeFile(join(target, basename(file).replace(/\.ts$/, '.js')), outputText);
    }
    return target;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
