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
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  async during<T>(heartbeat: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    let isOver = false;
    const beat = (): void => {
      if (isOver) return;
      heartbeat().catch(() => undefined);
      this.#timer = this.#clock.setTimeout(beat, this.#intervalMs);
    };
    this.#timer = this.#clock.setTimeout(beat, this.#intervalMs);
    try {
      return await work();
    } finally {
      isOver = true;
      this.#clock.clearTimeout(this.#timer);
    }
  }
}
