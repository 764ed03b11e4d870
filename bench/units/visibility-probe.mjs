import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long plain records, of nobody's transaction, need from their sending to a `read_committed` consumer. Those behind the first record of an open
 * transaction wait for its end: the last stable offset does not go past it.
 *
 * @typedef {object} Visibility
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} count
 */

/** A producer and a consumer in a process of their own, so that what they tell does not depend on how busy the peer is. */
export class VisibilityProbe {
  #child;

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#child = child;
  }

  /** @param {{ brokers: string[], topic: string }} order */
  static async start({ brokers, topic }) {
    const child = fork(new URL('visibility-process.mjs', import.meta.url), [JSON.stringify({ brokers, topic })]);
    await once(child, 'message');
    return new VisibilityProbe(child);
  }

  /**
   * @param {number} ms
   * @returns {Promise<Visibility>} of the records that became visible within that time
   */
  async during(ms) {
    await this.#ask('forget');
    await sleep(ms);
    return this.#ask('tell');
  }

  /** @returns {Promise<number>} the records it has sent */
  async stop() {
    const { sent } = await this.#ask('stop');
    this.#child.kill();
    return sent;
  }

  async #ask(question) {
    this.#child.send(question);
    const [answer] = await once(this.#child, 'message');
    return answer;
  }
}
