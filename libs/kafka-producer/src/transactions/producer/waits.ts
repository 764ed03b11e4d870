import type { Clock } from '../../support/clock.js';

/** Waits with an end: a moment, or that of the producer. No timer outlives it. */
export class Waits {
  readonly #clock: Clock;
  readonly #endings = new Set<() => void>();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the promise resolves with, or `undefined` when the moment comes first, or everything ends. Rejects as the promise does. */
  within<T>(promise: Promise<T>, untilMs: number): Promise<{ readonly value: T } | undefined> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        this.#clock.clearTimeout(timer);
        this.#endings.delete(giveUp);
      };
      const giveUp = (): void => {
        finish();
        resolve(undefined);
      };
      const timer = this.#clock.setTimeout(giveUp, Math.max(0, untilMs - this.#clock.now()));
      this.#endings.add(giveUp);
      promise.then(
        (value) => {
          finish();
          resolve({ value });
        },
        (error: unknown) => {
          finish();
          reject(error);
        },
      );
      if (this.#isOver) giveUp();
    });
  }

  async sleep(durationMs: number): Promise<void> {
    if (durationMs > 0) await this.within(new Promise<never>(() => {}), this.#clock.now() + durationMs);
  }

  /** Every wait is over, now and later. */
  end(): void {
    this.#isOver = true;
    for (const giveUp of Array.from(this.#endings)) giveUp();
  }
}
