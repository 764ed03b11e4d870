import type { Clock, TimerHandle } from '../../support/clock.js';

/**
 * Heartbeats while messages are handled.
 *
 * kafkajs sends one between two messages and none during one, so a handler that takes longer than `sessionTimeout` would cost the consumer its partitions and
 * the message its unit. How long a handler may take is what `transactions.timeoutMs` says.
 *
 * What a heartbeat is answered is not told: the next one of the consumer itself, or the commit, finds the same.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #intervalMs: number;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Any number of them at a time: partitions may be handled concurrently. */
  async during<T>(heartbeat: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    let timer: TimerHandle | undefined;
    const beat = (): void => {
      heartbeat().catch(() => undefined);
      timer = this.#clock.setTimeout(beat, this.#intervalMs);
    };
    timer = this.#clock.setTimeout(beat, this.#intervalMs);
    try {
      return await work();
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}
