// Checks the libraries as a stranger receives them: the tarballs, by publint and by attw, and that nothing of the tests is in them.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packLibraries } from './pack.mjs';

const BIN = resolve(import.meta.dirname, '../node_modules/.bin');
/** Also what a spec's helper was called before it moved: `dist` keeps files whose sources have gone until `npm run clean`. */
const OF_TESTS = /\.spec\.|\/spec-support\/|\.vectors\.json$|\/manual-clock\./;
const run = promisify(execFile);

const destination = await mkdtemp(join(tmpdir(), 'pack-check-'));
let failures = 0;
try {
  for (const [name, tarball] of Object.entries(await packLibraries(destination))) {
    await checkFiles(`files ${name}`, tarball);
    await check(`publint ${name}`, 'publint', ['run', tarball, '--strict']);
    await check(`attw ${name}`, 'attw', [tarball, '--profile', 'esm-only', '--format', 'ascii']);
  }
} finally {
  await rm(destination, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;

async function checkFiles(title, tarball) {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  const unwanted = stdout.split('\n').filter((path) => OF_TESTS.test(path));
  if (unwanted.length === 0) return console.log(`ok      ${title}`);
  failures += 1;
  console.log(
    `FAILED  ${title}: made for tests, or left from an earlier build (npm run clean)\n${unwanted.join('\n')}`,
  );
}

async function check(title, tool, args) {
  try {
    await run(join(BIN, tool), args);
    console.log(`ok      ${title}`);
  } catch (error) {
    failures += 1;
    console.log(`FAILED  ${title}\n${error.stdout ?? ''}${error.stderr ?? error}`);
  }
}
