import type { Clock, TimerHandle } from '../support/clock.js';

/** Ends a wait that takes too long. One timer for many waits, one after the other: it looks, when it comes, whether the present one is too old. */
export class Patience {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onOver: () => void;
  #waitingSinceMs: number | undefined;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, limitMs: number, onOver: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onOver = onOver;
  }

  begin(): void {
    this.#waitingSinceMs = this.#clock.now();
    this.#timer ??= this.#arm(this.#limitMs);
  }

  end(): void {
    this.#waitingSinceMs = undefined;
  }

  /** Nothing is waited for any more: no timer stays behind. */
  stop(): void {
    this.end();
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): TimerHandle {
    return this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#waitingSinceMs === undefined) return;
      const leftMs = this.#waitingSinceMs + this.#limitMs - this.#clock.now();
      if (leftMs > 0) this.#timer = this.#arm(leftMs);
      else this.#onOver();
    }, delayMs);
  }
}
