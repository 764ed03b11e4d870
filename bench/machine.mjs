import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

/**
 * What the figures of a results file depend on.
 *
 * @param {string} broker what it was
 * @param {import('./peers.mjs').PeerEntry[]} entries
 */
export function describeMachine(broker, entries) {
  const cpus = os.cpus();
  return {
    at: new Date().toISOString(),
    node: process.version,
    cpu: `${cpus.length} x ${cpus[0]?.model}`,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()} ${os.release()}`,
    commit: commit(),
    broker,
    peers: Object.fromEntries(
      entries.map((entry) => [entry.name, `${entry.packageName} ${versionOf(entry.packageName)}`]),
    ),
  };
}

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

/** @param {string} packageName */
function versionOf(packageName) {
  const folders = createRequire(import.meta.url).resolve.paths(packageName) ?? [];
  for (const folder of folders) {
    try {
      return JSON.parse(readFileSync(path.join(folder, packageName, 'package.json'), 'utf8')).version;
    } catch {
      // Not in this folder; the next one outwards is tried, as Node does.
    }
  }
  return 'unknown';
}
