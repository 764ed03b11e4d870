import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { installConfluent } from './install-confluent.mjs';

const rootFolder = fileURLToPath(new URL('..', import.meta.url));
const benchFolder = fileURLToPath(new URL('.', import.meta.url));

/**
 * Prepares what the peers need. A peer of others that cannot be prepared is left out with a line that says why; ours failing is an error.
 *
 * @param {import('./peers.mjs').PeerEntry[]} entries
 * @param {(line: string) => void} say
 * @returns {import('./peers.mjs').PeerEntry[]} those that can run
 */
export function prepare(entries, say) {
  const needs = new Set(entries.map((entry) => entry.needs));
  if (!existsSync(`${rootFolder}node_modules/kafkajs`))
    throw new Error('The workspace is not installed. Run `npm ci` in the root first.');
  if (needs.has('build')) build(say);
  const unavailable = new Map();
  if (needs.has('bench') || needs.has('confluent')) {
    const reason = installDependencies(say);
    if (reason !== undefined) unavailable.set('bench', reason).set('confluent', reason);
  }
  if (needs.has('confluent') && !unavailable.has('confluent')) {
    const reason = installConfluent(say);
    if (reason !== undefined) unavailable.set('confluent', reason);
  }
  for (const entry of entries.filter((candidate) => unavailable.has(candidate.needs))) {
    say(`Left out: ${entry.name}. ${unavailable.get(entry.needs)}`);
  }
  return entries.filter((entry) => !unavailable.has(entry.needs));
}

/**
 * The compiler knows what is stale; with nothing to do it takes a second.
 *
 * @param {(line: string) => void} say
 */
function build(say) {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  say('Building the libraries where they are stale …');
  const projects = ['libs/kafka-producer/tsconfig.lib.json', 'libs/embedded-kafka/tsconfig.lib.json'];
  const result = spawnSync(process.execPath, [compiler, '-b', ...projects], { cwd: rootFolder, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`the libraries do not build:\n${result.stdout}${result.stderr}`);
}

/**
 * Without install scripts: nothing of the peers runs before it is asked for.
 *
 * @param {(line: string) => void} say
 * @returns {string | undefined} why it failed
 */
function installDependencies(say) {
  const installed = `${benchFolder}node_modules/.package-lock.json`;
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${benchFolder}package-lock.json`).mtimeMs)
    return undefined;
  say('Installing the peers into bench/node_modules (once) …');
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: benchFolder,
    encoding: 'utf8',
  });
  return result.status === 0 ? undefined : `\`npm ci\` in bench/ failed: ${result.stderr.trim().slice(0, 600)}`;
}
