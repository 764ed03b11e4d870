import type { Clock, TimerHandle } from '../time/clock.js';

/**
 * Looks after something at fixed times: every so many milliseconds since it was made, however late it was started.
 *
 * Rests while there is nothing to look after, so that an idle cluster has no timer.
 */
export class PeriodicLook {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #look: () => boolean;
  readonly #sinceMs: number;
  #timer: TimerHandle;

  /** @param look tells whether to go on looking */
  constructor(clock: Clock, intervalMs: number, look: () => boolean) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#look = look;
    this.#sinceMs = clock.wallTime();
  }

  /** Harmless while it is looking already. */
  start(): void {
    if (this.#timer !== undefined) return;
    const passedMs = Math.max(0, this.#clock.wallTime() - this.#sinceMs);
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#look()) this.start();
      },
      this.#intervalMs - (passedMs % this.#intervalMs),
    );
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
