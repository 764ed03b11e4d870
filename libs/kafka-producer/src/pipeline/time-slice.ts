import type { Clock } from '../support/clock.js';

/** Work on many records gives the event loop back after this long, so that a large call never blocks an application's other requests. */
export const SLICE_MS = 10;
/** Reading the clock costs as much as a small record: look only now and then. */
export const RECORDS_BETWEEN_LOOKS = 64;

/** Tells a loop over records when it has run long enough. */
export class TimeSlice {
  readonly #clock: Clock;
  #endsAtMs: number;
  #records = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#endsAtMs = clock.now() + SLICE_MS;
  }

  /** Counts one record. */
  isOver(): boolean {
    return ++this.#records % RECORDS_BETWEEN_LOOKS === 0 && this.#clock.now() >= this.#endsAtMs;
  }

  /** Resolves in the next turn of the event loop, with a new slice begun. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.setImmediate(resolve));
    this.#endsAtMs = this.#clock.now() + SLICE_MS;
  }
}
