import { performance } from 'node:perf_hooks';

const INTERVAL_MS = 5;

/**
 * How long the event loop kept a due timer waiting, at most.
 *
 * Not `monitorEventLoopDelay`: that takes no sample of a block which lasts from before its first tick to after its end, and some peers block
 * for longer than the measured time (libuv may read a busy socket 32 times before it looks at the timers again).
 */
export class LoopWatch {
  #last = performance.now();
  #longestMs = 0;
  #timer = setInterval(() => this.#tick(), INTERVAL_MS);

  /** @returns {number} milliseconds, a block still under way included */
  stop() {
    clearInterval(this.#timer);
    this.#tick();
    return this.#longestMs;
  }

  #tick() {
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#last - INTERVAL_MS);
    this.#last = now;
  }
}
