// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const POM = join(HERE, 'pom.xml');
const LOCK = join(HERE, 'target', 'libs.lock');

/**
 * Folder with the jars of Apache Kafka: broker, clients and command line tools.
 *
 * Maven runs once per version of the pom and of Kafka. Processes that ask at the same time wait for the one that was first.
 *
 * @param {string} [version]   of Kafka; left out, the pom's
 * @returns {Promise<string>}
 */
export async function kafkaLibs(version) {
  while (!isComplete(version)) {
    if (takeLock()) {
      try {
        if (!isComplete(version)) await copyDependencies(version);
      } finally {
        rmSync(LOCK, { force: true });
      }
    } else {
      await delay(200);
    }
  }
  return libsOf(version);
}

/** @param {string | undefined} version */
function libsOf(version) {
  return join(HERE, 'target', version === undefined ? 'libs' : `libs-${version}`);
}

/**
 * Says what keeps Java programs with Kafka's jars from running here, or nothing.
 *
 * @param {string} [version]   of Kafka; left out, the pom's
 * @returns {string | undefined}
 */
export function javaMissing(version) {
  if (!runs('javac', '-version')) return 'no "javac" in the path (a JDK, 17 or later)';
  if (!isComplete(version) && !runs('mvn', '-version'))
    return 'no "mvn" in the path (Maven fetches the jars of Apache Kafka)';
  return undefined;
}

/** @param {string} command @param {string} argument */
function runs(command, argument) {
  return spawnSync(command, [argument], { stdio: 'ignore' }).status === 0;
}

/** The stamp is written last, so a folder that Maven did not finish does not count. @param {string | undefined} version */
function isComplete(version) {
  return readIfThere(stampOf(version)) === pomHash();
}

/** @param {string | undefined} version */
function stampOf(version) {
  return join(libsOf(version), '.pom-sha256');
}

function pomHash() {
  return createHash('sha256').update(readFileSync(POM)).digest('hex');
}

/** @param {string | undefined} version */
async function copyDependencies(version) {
  const libs = libsOf(version);
  rmSync(libs, { recursive: true, force: true });
  const properties = [`-Dlibs.directory=${libs}`, ...(version === undefined ? [] : [`-Dkafka.version=${version}`])];
  const args = ['-q', '-B', '-ntp', '-f', POM, ...properties, 'package'];
  const maven = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  maven.stdout.on('data', (chunk) => (output += chunk));
  maven.stderr.on('data', (chunk) => (output += chunk));
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => maven.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`Maven could not fetch the jars of Apache Kafka (exit code ${code}):\n${output}`);
  writeFileSync(stampOf(version), pomHash());
}

/** A lock whose owner is gone (a test run that was killed) is taken over by the next who asks. */
function takeLock() {
  mkdirSync(dirname(LOCK), { recursive: true });
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    const owner = Number(readIfThere(LOCK));
    if (owner > 0 && !isAlive(owner)) rmSync(LOCK, { force: true });
    return false;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} path */
function readIfThere(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'utf8') : undefined;
}
