import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { Requirement } from '../support/describe-needing.js';

const run = promisify(execFile);

/** Go, 1.19 or later: Debian's package golang-go. */
export const goInstalled: Requirement = () =>
  spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0
    ? undefined
    : 'no "go" in the path (apt-get install golang-go)';

export interface GoProgram {
  /**
   * Runs it to its end.
   *
   * @returns standard output, which is JSON
   * @throws when it ends with an error, with what it wrote to standard error
   */
  run(...args: readonly string[]): Promise<unknown>;
  remove(): Promise<void>;
}

/**
 * Builds the module in a folder beside this file, with the Go that is there and the modules its go.sum names.
 *
 * Takes a minute the first time on a machine, and seconds from then on.
 */
export async function buildGo(folderName: string): Promise<GoProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'go-program-'));
  const program = join(folder, 'program');
  await run('go', ['build', '-buildvcs=false', '-o', program, '.'], {
    cwd: fileURLToPath(new URL(folderName, import.meta.url)),
    env: { ...process.env, GOTOOLCHAIN: 'local', CGO_ENABLED: '0' },
  });
  return {
    run: async (...args) => JSON.parse((await run(program, args, { timeout: 90_000 })).stdout) as unknown,
    remove: () => rm(folder, { recursive: true }),
  };
}
