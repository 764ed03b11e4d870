import type { Clock, TimerHandle } from '../../support/clock.js';

/** Runs one refresh at a time, as early as somebody needs it; everything that becomes due in one turn of the event loop shares a run. */
export class RefreshSchedule {
  readonly #clock: Clock;
  readonly #run: () => Promise<void>;
  readonly #nextDueMs: () => number;
  #timer: TimerHandle | undefined;
  #timerDueMs = Infinity;
  #isRunning = false;
  #isClosed = false;

  /** @param run must not reject  @param nextDueMs when the next run is needed; `Infinity`: not at all */
  constructor(clock: Clock, run: () => Promise<void>, nextDueMs: () => number) {
    this.#clock = clock;
    this.#run = run;
    this.#nextDueMs = nextDueMs;
  }

  /** To be called when a due time came closer. */
  update(): void {
    if (this.#isRunning || this.#isClosed) return;
    const dueMs = this.#nextDueMs();
    if (dueMs >= this.#timerDueMs) return;
    this.#disarm();
    const delayMs = dueMs - this.#clock.now();
    if (delayMs <= 0) {
      this.#isRunning = true;
      this.#clock.setImmediate(() => void this.#start());
    } else if (delayMs < Infinity) {
      this.#timerDueMs = dueMs;
      this.#timer = this.#clock.setTimeout(() => {
        this.#disarm();
        this.update();
      }, Math.ceil(delayMs));
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#disarm();
  }

  async #start(): Promise<void> {
    if (!this.#isClosed) await this.#run();
    this.#isRunning = false;
    this.update();
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueMs = Infinity;
  }
}
