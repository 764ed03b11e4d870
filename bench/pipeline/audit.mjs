/**
 * Where in the input a message is.
 *
 * @typedef {object} Place
 * @property {number} partition
 * @property {number} offset
 */

/**
 * Exactly once, or not: what a `read_committed` consumer finds in the output against what the group has committed of the input. Each message below a committed
 * offset must have one output, each other one none, and what comes of a partition of the input must be in its order in a partition of the output.
 */
export class Audit {
  #committed;
  /** @type {Uint8Array[]} by partition and offset, outputs seen */
  #seen;
  /** @type {Map<string, number>} by partition of the output and of the input, the highest offset seen */
  #last = new Map();
  /** @type {Map<'doubled' | 'of messages that are not committed' | 'out of order', { count: number, first: Place }>} */
  #wrong = new Map();

  /** @param {number[]} committed by partition of the input, messages of it that are done with */
  constructor(committed) {
    this.#committed = committed;
    this.#seen = committed.map((count) => new Uint8Array(count));
  }

  /**
   * The next record of a partition of the output.
   *
   * @param {number} outputPartition
   * @param {Place} place of the message it is made of
   */
  see(outputPartition, place) {
    const { partition, offset } = place;
    const lane = `${outputPartition}<${partition}`;
    const last = this.#last.get(lane) ?? -1;
    this.#last.set(lane, Math.max(last, offset));
    const seen = this.#seen[partition];
    if (seen === undefined || offset >= seen.length) this.#note('of messages that are not committed', place);
    else if (seen[offset] > 0) this.#note('doubled', place);
    else if (offset < last) this.#note('out of order', place);
    if (seen !== undefined && offset < seen.length && seen[offset] < 255) seen[offset]++;
  }

  /** @returns {string | undefined} what is wrong, with the first place of each kind; undefined: exactly once */
  verdict() {
    const lines = [...this.#wrong].map(([what, { count, first }]) => `${count} ${what}, the first ${nameOf(first)}`);
    const missing = this.#missing();
    if (missing !== undefined) lines.unshift(`${missing.count} MISSING, the first ${nameOf(missing.first)}`);
    if (lines.length === 0) return undefined;
    const messages = this.#committed.reduce((sum, count) => sum + count, 0);
    return `NOT EXACTLY ONCE: of the outputs of ${messages} messages there are ${lines.join('; ')}.`;
  }

  #missing() {
    let count = 0;
    /** @type {Place | undefined} */
    let first;
    this.#seen.forEach((seen, partition) => {
      for (let offset = seen.indexOf(0); offset >= 0; offset = seen.indexOf(0, offset + 1)) {
        first ??= { partition, offset };
        count++;
      }
    });
    return first && { count, first };
  }

  /**
   * @param {'doubled' | 'of messages that are not committed' | 'out of order'} what
   * @param {Place} place
   */
  #note(what, place) {
    const known = this.#wrong.get(what);
    if (known) known.count++;
    else this.#wrong.set(what, { count: 1, first: place });
  }
}

/** @param {Place} place */
function nameOf({ partition, offset }) {
  return `${offset} of partition ${partition}`;
}
