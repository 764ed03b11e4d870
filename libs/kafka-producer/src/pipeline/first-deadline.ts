import type { Clock, TimerHandle } from '../support/clock.js';

/** One timer for many deadlines: it stands at the earliest it was told of. */
export class FirstDeadline {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #timer: TimerHandle | undefined;
  #atMs = Infinity;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Never puts it off: a timer that comes too early only looks again. */
  note(atMs: number): void {
    if (atMs >= this.#atMs) return;
    this.#clock.clearTimeout(this.#timer);
    this.#atMs = atMs;
    const due = (): void => {
      this.#atMs = Infinity;
      this.#onDue();
    };
    this.#timer = this.#clock.setTimeout(due, Math.max(0, atMs - this.#clock.now()));
  }

  cancel(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#atMs = Infinity;
  }
}
