/**
 * Compiles @confluentinc/kafka-javascript with its bundled librdkafka, about a minute. Apart from `npm ci`, so that a failure costs this one
 * peer and nothing else. Also runs by itself: `node bench/install-confluent.mjs`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const benchFolder = fileURLToPath(new URL('.', import.meta.url));
const packageFolder = fileURLToPath(new URL('node_modules/@confluentinc/kafka-javascript', import.meta.url));
const remedy =
  'It needs make, g++, python3 and, on Debian, `apt-get install libcurl4-openssl-dev libzstd-dev libsasl2-dev libssl-dev`.';

/**
 * Makes the driver loadable by this Node version.
 *
 * @param {(line: string) => void} say
 * @returns {string | undefined} why it is not available, undefined when it is
 */
export function installConfluent(say) {
  if (!existsSync(packageFolder)) return '@confluentinc/kafka-javascript is not installed in bench/node_modules.';
  if (loads()) return undefined;
  say('Compiling @confluentinc/kafka-javascript (about a minute, once) …');
  const build = spawnSync('npm', ['run', '--silent', 'build:confluent'], {
    cwd: benchFolder,
    env: { ...process.env, CKJS_LINKING: 'dynamic' },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (build.status !== 0) return `It did not compile: ${firstErrors(`${build.stdout}${build.stderr}`)} ${remedy}`;
  return loads() ? undefined : `It compiled, but Node ${process.version} does not load it.`;
}

/** In a process of its own: a native module built for another Node version may fail in ways that cannot be caught. */
function loads() {
  const script = "require('@confluentinc/kafka-javascript')";
  return spawnSync(process.execPath, ['-e', script], { cwd: benchFolder, stdio: 'ignore' }).status === 0;
}

/** @param {string} output */
function firstErrors(output) {
  const errors = output.split('\n').filter((line) => /error|fatal|not found/i.test(line));
  return errors.slice(0, 3).join(' | ').slice(0, 600) || 'no message.';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const reason = installConfluent((line) => process.stdout.write(`${line}\n`));
  process.stdout.write(reason === undefined ? 'confluent is ready.\n' : `confluent is not available: ${reason}\n`);
  process.exitCode = reason === undefined ? 0 : 1;
}
