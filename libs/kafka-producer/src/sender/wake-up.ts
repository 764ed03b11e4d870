import type { Clock, TimerHandle } from '../support/clock.js';

/** Runs one callback at the end of the turn, or at a moment; however often it is asked, it runs once, and no timer is left when nothing is due. */
export class WakeUp {
  readonly #clock: Clock;
  readonly #callback: () => void;
  #isDueThisTurn = false;
  #isCancelled = false;
  #timer: TimerHandle | undefined;
  #timerAtMs = Infinity;

  constructor(clock: Clock, callback: () => void) {
    this.#clock = clock;
    this.#callback = callback;
  }

  /** At the end of this turn of the event loop: after every promise reaction that is due. */
  soon(): void {
    if (this.#isDueThisTurn || this.#isCancelled) return;
    this.#isDueThisTurn = true;
    this.#clock.setImmediate(this.#onTurn);
  }

  /** Not later than this moment. `Infinity` is never. */
  at(moment: number): void {
    if (moment >= this.#timerAtMs || this.#isCancelled) return;
    this.#clearTimer();
    this.#timerAtMs = moment;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timerAtMs = Infinity;
      this.#callback();
    }, moment - this.#clock.now());
  }

  /** Nothing is due at any moment. What was asked for the end of this turn still runs. */
  rest(): void {
    this.#clearTimer();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#clearTimer();
  }

  readonly #onTurn = (): void => {
    this.#isDueThisTurn = false;
    if (!this.#isCancelled) this.#callback();
  };

  #clearTimer(): void {
    if (this.#timerAtMs === Infinity) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timerAtMs = Infinity;
  }
}
