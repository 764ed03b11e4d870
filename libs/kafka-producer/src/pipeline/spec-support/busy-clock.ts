import { ManualClock } from '../../support/spec-support/manual-clock.js';

/** A clock on which work takes the time a test says, and that tells how much of it was done in each turn of the event loop. */
export class BusyClock extends ManualClock {
  /** Units of work, by turn. */
  readonly turns: number[] = [0];
  /** How long a look at the clock takes. */
  lookMs = 0;
  #busyMs = 0;
  #turn: object = {};
  #nextTurn: object | undefined;

  override now(): number {
    return super.now() + (this.#busyMs += this.lookMs);
  }

  work(durationMs: number): void {
    this.#busyMs += durationMs;
    this.turns.push(this.turns.pop()! + 1);
  }

  override setImmediate(callback: () => void): void {
    const turn = (this.#nextTurn ??= {});
    super.setImmediate(() => {
      if (turn !== this.#turn) {
        this.#turn = turn;
        this.#nextTurn = undefined;
        this.turns.push(0);
      }
      callback();
    });
  }
}
