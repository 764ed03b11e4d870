/**
 * Transactional producers, each with one unit at a time. Who has waited longest gets the one that has rested longest.
 *
 * @template P
 */
export class ProducerPool {
  /** @type {P[]} */
  #idle;
  /** @type {((producer: P | undefined) => void)[]} */
  #waiting = [];
  #isOver = false;

  /** @param {P[]} producers */
  constructor(producers) {
    this.#idle = [...producers];
  }

  /**
   * @template T
   * @param {(producer: P) => Promise<T>} work
   * @returns {Promise<boolean>} false: it was stopped before there was a producer
   */
  async run(work) {
    const producer = await this.#acquire();
    if (producer === undefined) return false;
    try {
      await work(producer);
      return true;
    } finally {
      const next = this.#waiting.shift();
      if (next) next(producer);
      else this.#idle.push(producer);
    }
  }

  stop() {
    this.#isOver = true;
    for (const next of this.#waiting.splice(0)) next(undefined);
  }

  /** @returns {Promise<P | undefined>} */
  async #acquire() {
    if (this.#isOver) return undefined;
    return this.#idle.shift() ?? new Promise((resolve) => void this.#waiting.push(resolve));
  }
}
