import { fork } from 'node:child_process';

const OUTPUT_KEPT = 2000;

/**
 * @param {import('./run.mjs').RunOrder} order
 * @param {number} timeoutMs after which it is killed
 * @returns {Promise<{ result?: import('./run.mjs').RunResult, error?: string, output: string }>}
 */
export function inFreshProcess(order, timeoutMs) {
  return new Promise((resolve) => {
    const child = fork(new URL('run.mjs', import.meta.url), [JSON.stringify(order)], { silent: true });
    /** @type {{ result?: import('./run.mjs').RunResult, error?: string }} */
    let answer = {};
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        if (output.length < OUTPUT_KEPT) output += chunk;
      });
    }
    const killer = setTimeout(() => {
      answer = { error: `It did not end within ${timeoutMs} ms and was killed.` };
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('message', (message) => {
      answer = message;
    });
    child.on('close', (code, signal) => {
      clearTimeout(killer);
      if (!answer.result && !answer.error)
        answer = { error: `It ended with ${signal ?? `exit code ${code}`} and without a result.` };
      resolve({ ...answer, output: output.trim() });
    });
  });
}
