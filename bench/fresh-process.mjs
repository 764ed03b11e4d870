import { fork } from 'node:child_process';

const OUTPUT_KEPT = 2000;

/**
 * @template R
 * @param {'run.mjs' | 'units/unit-run.mjs' | 'pipeline/pipeline-run.mjs' | 'micro.mjs' | 'embedded-start.mjs'} script
 * @param {object} order its argument
 * @param {number} timeoutMs after which it is killed
 * @returns {Promise<{ result?: R, error?: string, output: string }>}
 */
export function inFreshProcess(script, order, timeoutMs) {
  return new Promise((resolve) => {
    const child = fork(new URL(script, import.meta.url), [JSON.stringify(order)], { silent: true });
    /** @type {{ result?: R, error?: string }} */
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
