import type { Clock } from '../../support/clock.js';

/** Between the starts of two groups under load. Unit: milliseconds. Kafka takes a new producer id every 32,766 transactions: at 1,000 a second twice a minute. */
const INTERVAL_MS = 1;

/**
 * When the next group may start.
 *
 * A single caller, who commits one unit after the other, never waits. Where several units shared the last group their callers will come back together: a
 * group that starts with the first of them would leave all others to the next one.
 */
export class GroupPacing {
  #startedAtMs = -Infinity;
  #size = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  started(size: number): void {
    this.#startedAtMs = this.#clock.now();
    this.#size = size;
  }

  /** Resolves at the end of this turn of the event loop at the earliest: units of one turn share a group. */
  next(): Promise<void> {
    const waitMs = this.#size > 1 ? this.#startedAtMs + INTERVAL_MS - this.#clock.now() : 0;
    return new Promise((resolve) => {
      if (waitMs <= 0) this.#clock.setImmediate(resolve);
      else this.#clock.setTimeout(resolve, waitMs);
    });
  }
}
