// @ts-check
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaLibs } from './maven.mjs';

const LOG4J = join(dirname(fileURLToPath(import.meta.url)), 'log4j2.properties');

/** For processes that live for seconds: the optimising compiler would cost more than it brings. */
export const QUICK_JVM = Object.freeze(['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto']);

/**
 * A JVM with Kafka's jars on its class path that never outlives this process.
 *
 * The JVM runs in a process group of its own, so that Ctrl-C reaches the tests first. A guard, also on its own, holds the end of a pipe:
 * when this process ends, however it ends, the pipe closes and the guard kills the JVM and removes `removeWithIt`.
 *
 * @param {object} options
 * @param {readonly string[]} options.jvmArgs
 * @param {string} options.main   class name, or path of a single-file program (`.java`)
 * @param {readonly string[]} [options.args]
 * @param {'INFO' | 'ERROR'} options.logLevel
 * @param {import('node:child_process').StdioOptions} options.stdio
 * @param {string} [options.cwd]
 * @param {string} [options.removeWithIt]
 * @param {string | undefined} [options.kafkaVersion]   left out, the pom's
 */
export async function spawnJava({ jvmArgs, main, args = [], logLevel, stdio, cwd, removeWithIt = '', kafkaVersion }) {
  const classPath = join(await kafkaLibs(kafkaVersion), '*');
  const java = spawn(
    'java',
    [
      ...jvmArgs,
      '-Djava.awt.headless=true',
      `-Dlog4j2.configurationFile=${LOG4J}`,
      `-Dkafka.log.level=${logLevel}`,
      '-cp',
      classPath,
      main,
      ...args,
    ],
    { stdio, detached: true, ...(cwd === undefined ? {} : { cwd }) },
  );
  if (java.pid !== undefined) guard(java, java.pid, removeWithIt);
  return java;
}

/** @param {import('node:child_process').ChildProcess} java @param {number} pid @param {string} folder */
function guard(java, pid, folder) {
  const script = 'cat >/dev/null; kill -KILL "$1"; if [ -n "$2" ]; then rm -rf -- "$2"; fi';
  const watcher = spawn('sh', ['-c', script, 'sh', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  /** @type {import('node:net').Socket} */ (/** @type {unknown} */ (watcher.stdin)).unref();
  // Killed, not closed: an end of its input would make it kill a process id that may belong to somebody else by then.
  java.once('exit', () => watcher.kill('SIGKILL'));
}

/**
 * Runs one of Kafka's command line tools, or a single-file Java program, to its end.
 *
 * @param {string} main   class name, or path of a `.java` file
 * @param {readonly string[]} args
 * @param {{ input?: string, timeoutMs?: number, encoding?: 'utf8' | 'latin1', kafkaVersion?: string | undefined }} [options]   latin1: one character per byte, for output that is not text
 * @returns {Promise<{ stdout: string, stderr: string, code: number }>} `code` is -1 when it was killed after `timeoutMs`
 */
export async function runJava(main, args, options = {}) {
  const { input = '', timeoutMs = 60_000, encoding = 'utf8', kafkaVersion } = options;
  const java = await spawnJava({
    jvmArgs: ['-Xmx256m', ...QUICK_JVM],
    main,
    args,
    logLevel: 'ERROR',
    stdio: ['pipe', 'pipe', 'pipe'],
    kafkaVersion,
  });
  const { stdin, stdout, stderr } = java;
  if (stdin === null || stdout === null || stderr === null) throw new Error('a JVM without pipes');
  /** @type {Buffer[]} */
  const out = [];
  /** @type {Buffer[]} */
  const err = [];
  stdout.on('data', (chunk) => out.push(chunk));
  stderr.on('data', (chunk) => err.push(chunk));
  // A tool that ends without reading its input closes the pipe under us; its exit code tells what happened.
  stdin.on('error', () => {});
  stdin.end(input);
  const timer = setTimeout(() => java.kill('SIGKILL'), timeoutMs);
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => java.once('error', reject).once('close', resolve));
  clearTimeout(timer);
  return { stdout: Buffer.concat(out).toString(encoding), stderr: Buffer.concat(err).toString(), code: code ?? -1 };
}
