import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { Requirement } from '../support/describe-needing.js';

const run = promisify(execFile);

/** A C compiler and librdkafka's headers: Debian's packages gcc, libc6-dev and librdkafka-dev. */
export const librdkafkaBuilds: Requirement = () =>
  spawnSync('cc', ['-fsyntax-only', '-include', 'librdkafka/rdkafka.h', '-x', 'c', '/dev/null'], { stdio: 'ignore' })
    .status === 0
    ? undefined
    : 'no C compiler or no librdkafka/rdkafka.h (apt-get install gcc libc6-dev librdkafka-dev)';

export interface CProgram {
  /**
   * Runs it to its end.
   *
   * @returns standard output
   * @throws when it ends with an error, with what it wrote to standard error
   */
  run(...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Compiles a file of this folder and links it with librdkafka. */
export async function compileC(fileName: string): Promise<CProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'librdkafka-'));
  const program = join(folder, 'program');
  const source = fileURLToPath(new URL(fileName, import.meta.url));
  await run('cc', ['-Wall', '-Wextra', '-Werror', '-o', program, source, '-lrdkafka']);
  return {
    run: async (...args) => (await run(program, args, { timeout: 60_000 })).stdout,
    remove: () => rm(folder, { recursive: true }),
  };
}
