import type { Clock } from '../support/clock.js';
import { RECORDS_BETWEEN_LOOKS, SLICE_MS } from './time-slice.js';

/** How long the lines of all topics together may work in one turn of the event loop: one answer of the cluster can set a hundred of them going. */
export class TurnBudget {
  readonly #clock: Clock;
  #records = 0;
  /** `undefined` until somebody looks in this turn. */
  #endsAtMs: number | undefined;
  #isSpent = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one record. Once true, a line does the rest of its work in the next turn. */
  isSpent(): boolean {
    if (this.#isSpent) return true;
    if (++this.#records % RECORDS_BETWEEN_LOOKS === 0) this.#look();
    return this.#isSpent;
  }

  #look(): void {
    const nowMs = this.#clock.now();
    if (this.#endsAtMs === undefined) {
      this.#endsAtMs = nowMs + SLICE_MS;
      this.#clock.setImmediate(() => {
        this.#endsAtMs = undefined;
        this.#isSpent = false;
      });
    }
    this.#isSpent = nowMs >= this.#endsAtMs;
  }
}
