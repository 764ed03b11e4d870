import { spawn, spawnSync } from 'node:child_process';

import type { Requirement } from './describe-needing.js';

/** kcat, the command line tool on librdkafka: Debian's package of that name. */
export const kcatInstalled: Requirement = () =>
  spawnSync('kcat', ['-V'], { stdio: 'ignore' }).status === 0
    ? undefined
    : 'no "kcat" in the path (apt-get install kcat)';

/**
 * Runs kcat to its end.
 *
 * @returns standard output with one character per byte (latin1): kcat writes keys and values as they are
 * @throws when it ends with an error, with what it wrote to standard error
 */
export async function kcat(args: readonly string[], input = ''): Promise<string> {
  const child = spawn('kcat', args, { stdio: 'pipe' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`kcat ended with ${code}: ${Buffer.concat(err).toString()}`);
  return Buffer.concat(out).toString('latin1');
}
