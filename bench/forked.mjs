import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of ours that is asked one question after the other and answers each with a message. */
export class Forked {
  #child;

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#child = child;
  }

  /**
   * @param {URL} script says something once it is ready
   * @param {object} [order] its argument
   * @returns {Promise<{ process: Forked, said: any }>}
   * @throws {Error} when it ends before that
   */
  static async start(script, order = {}) {
    const process = new Forked(fork(script, [JSON.stringify(order)]));
    return { process, said: await process.#message(script.pathname) };
  }

  /**
   * @param {unknown} question
   * @returns {Promise<any>}
   * @throws {Error} when it ends instead
   */
  ask(question) {
    this.#child.send(question);
    return this.#message(JSON.stringify(question));
  }

  /** Has it end by itself, whatever it understands by that. */
  async end() {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.send('end');
    await ended;
  }

  kill() {
    this.#child.kill('SIGKILL');
  }

  /** @param {string} about */
  #message(about) {
    return new Promise((resolve, reject) => {
      const gone = (code, signal) =>
        reject(new Error(`${about}: the process ended with ${signal ?? `exit code ${code}`}.`));
      this.#child.once('exit', gone);
      this.#child.once('message', (message) => {
        this.#child.off('exit', gone);
        resolve(message);
      });
    });
  }
}
