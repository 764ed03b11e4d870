import type { Clock } from '../support/clock.js';

/** Waits that end when the cluster is closed: no timer and no pending promise outlives it. */
export class Lifetime {
  readonly #clock: Clock;
  readonly #endings = new Set<(error: Error) => void>();
  #error: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOver(): boolean {
    return this.#error !== undefined;
  }

  /** @throws what `end()` was given */
  assertAlive(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Every wait, now and later, rejects with this error. */
  end(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const ending of this.#endings) ending(error);
    this.#endings.clear();
  }

  sleep(delayMs: number): Promise<void> {
    return this.#wait<void>(delayMs, (resolve) => ({ onTime: resolve }));
  }

  /** Settles as the promise does, or rejects with `overdue()` when that takes longer. The promise itself is not cancelled. */
  within<T>(promise: Promise<T>, timeoutMs: number, overdue: () => Error): Promise<T> {
    return this.#wait<T>(timeoutMs, (resolve, reject) => {
      promise.then(resolve, reject);
      return { onTime: () => reject(overdue()) };
    });
  }

  #wait<T>(
    delayMs: number,
    start: (resolve: (value: T) => void, reject: (error: unknown) => void) => { onTime: () => void },
  ): Promise<T> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise<T>((resolve, reject) => {
      const finish = (): void => {
        this.#clock.clearTimeout(timer);
        this.#endings.delete(ending);
      };
      const ending = (error: Error): void => {
        finish();
        reject(error);
      };
      const { onTime } = start(
        (value) => {
          finish();
          resolve(value);
        },
        (error) => {
          finish();
          reject(error);
        },
      );
      const timer = this.#clock.setTimeout(onTime, Math.ceil(delayMs));
      this.#endings.add(ending);
    });
  }
}
