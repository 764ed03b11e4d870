import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { LIBRARIES, PackedApplication, ROOT } from './packed-application.js';

let application: PackedApplication;

beforeAll(async () => {
  application = await PackedApplication.unpack();
});
afterAll(() => application?.remove());

describe('a packed library', () => {
  it.each(LIBRARIES)('%s names only what is in it', async (name) => {
    const text = await readFile(application.inLibrary(name, 'package.json'), 'utf8');
    expect(text).not.toContain('/source');
    const manifest = JSON.parse(text) as Record<string, unknown>;
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('devDependencies');
    const files = (await readdir(application.inLibrary(name), { recursive: true })).toSorted();
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.d.ts', 'dist/index.js']));
    expect(files.filter((file) => /\.spec\.|tsbuildinfo/.test(file))).toEqual([]);
  });

  it('the product has the README of the repository', async () => {
    expect(await readFile(application.inLibrary('nestjs-kafka-producer', 'README.md'), 'utf8')).toBe(
      await readFile(join(ROOT, 'README.md'), 'utf8'),
    );
  });
});

describe('the packed program of embedded-kafka', () => {
  it('runs from where its manifest says', async () => {
    const manifest = JSON.parse(await readFile(application.inLibrary('embedded-kafka', 'package.json'), 'utf8')) as {
      version: string;
      bin: Record<string, string>;
    };
    expect(Object.keys(manifest.bin)).toEqual(['embedded-kafka']);
    const program = application.inLibrary('embedded-kafka', manifest.bin['embedded-kafka'] ?? '');
    expect(await readFile(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, '--version']);
    expect({ stdout, stderr }).toEqual({ stdout: `${manifest.version}\n`, stderr: '' });
  });
});

describe('the packed declarations', () => {
  it('compile without skipLibCheck', async () => {
    const file = join(application.folder, 'app.mts');
    const subpaths = ['microservices', 'testing', 'health'].map((name) => `nestjs-kafka-producer/${name}`);
    const entries = [...LIBRARIES, ...subpaths];
    await writeFile(file, entries.map((name, index) => `export * as p${index} from '${name}';`).join('\n'));
    const program = ts.createProgram([file], {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    });
    const ours = ts
      .getPreEmitDiagnostics(program)
      .filter((problem) => problem.file?.fileName.startsWith(application.folder));
    expect(ours.map((problem) => ts.flattenDiagnosticMessageText(problem.messageText, '\n'))).toEqual([]);
  });
});
