import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import type { TableLine } from './run-table.js';

const ROOT = resolve(import.meta.dirname, '../..');
const FIXTURE = join(import.meta.dirname, 'nest11');
/** Not the fixture's own folder: what is installed belongs to nobody's sources. */
const APPLICATION = join(ROOT, 'temp/hosts/nest11');
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};
const run = promisify(execFile);

/**
 * Runs the table on Nest 11 in a process of its own, on the built libraries.
 *
 * Installs what the lockfile of the fixture says, unless that is there already.
 */
export async function runTableOnNest11(): Promise<TableLine[]> {
  await install();
  await addLibraries();
  await compileTable();
  const { stdout } = await run(process.execPath, [join(APPLICATION, 'table/run-table.js')], {
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 90_000,
    maxBuffer: 16 * 2 ** 20,
  });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TableLine);
}

async function install(): Promise<void> {
  const lockfile = await readFile(join(FIXTURE, 'package-lock.json'), 'utf8');
  const installed = await readFile(join(APPLICATION, 'installed.json'), 'utf8').catch(() => undefined);
  if (installed === lockfile) return;
  await rm(APPLICATION, { recursive: true, force: true });
  await mkdir(APPLICATION, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) await cp(join(FIXTURE, name), join(APPLICATION, name));
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: APPLICATION });
  await writeFile(join(APPLICATION, 'installed.json'), lockfile);
}

/** Copies, not links: a link would find Nest where the library really lies. */
async function addLibraries(): Promise<void> {
  for (const folder of await readdir(join(ROOT, 'libs'))) {
    const library = join(ROOT, 'libs', folder);
    const { name } = JSON.parse(await readFile(join(library, 'package.json'), 'utf8')) as { name: string };
    const destination = join(APPLICATION, 'node_modules', name);
    await rm(destination, { recursive: true, force: true });
    for (const part of ['package.json', 'dist']) {
      await cp(join(library, part), join(destination, part), { recursive: true });
    }
  }
}

async function compileTable(): Promise<void> {
  const destination = join(APPLICATION, 'table');
  await rm(destination, { recursive: true, force: true });
  await mkdir(destination);
  for (const file of await readdir(import.meta.dirname)) {
    if (!file.endsWith('.ts') || file.endsWith('.spec.ts') || file === basename(import.meta.filename)) continue;
    const source = await readFile(join(import.meta.dirname, file), 'utf8');
    const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS, fileName: file });
    await writeFile(join(destination, file.replace(/\.ts$/, '.js')), outputText);
  }
}
