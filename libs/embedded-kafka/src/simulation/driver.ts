import { turnByTurn } from '../time/turns.js';
import type { OutsideWork } from './outside-work.js';
import type { Scheduler } from './scheduler.js';

export interface DrivingLimits {
  readonly maxVirtualMs: number;
  readonly maxEvents: number;
}

/** Lets virtual time pass: one event, then everything it has set going, then the next. */
export class Driver {
  readonly #scheduler: Scheduler;
  readonly #outside: OutsideWork;
  readonly #limits: DrivingLimits;
  readonly #stuck: (problem: string) => Error;
  #isDriving = false;

  /** @param stuck makes the error for when it cannot or must not go on */
  constructor(scheduler: Scheduler, outside: OutsideWork, limits: DrivingLimits, stuck: (problem: string) => Error) {
    this.#scheduler = scheduler;
    this.#outside = outside;
    this.#limits = limits;
    this.#stuck = stuck;
  }

  /** Until it is done; not being done with nothing left to happen is an error. */
  driveUntil(isDone: () => boolean): Promise<void> {
    const { maxVirtualMs } = this.#limits;
    const untilMs = this.#scheduler.nowMs + maxVirtualMs;
    return this.#drive(() => {
      if (isDone()) return true;
      const { nextAtMs } = this.#scheduler;
      if (nextAtMs === Infinity) throw this.#stuck('the work waits, and nothing is left to happen');
      if (nextAtMs > untilMs) throw this.#stuck(`the work is not done within ${maxVirtualMs} ms (maxVirtualMs)`);
      return false;
    });
  }

  /** As long as this. Time has then passed, whether something happened or not. */
  async driveFor(durationMs: number): Promise<void> {
    const untilMs = this.#scheduler.nowMs + durationMs;
    await this.#drive(() => this.#scheduler.nextAtMs > untilMs);
    this.#scheduler.idleUntil(untilMs);
  }

  async #drive(isOver: () => boolean): Promise<void> {
    if (this.#isDriving) throw new Error('the simulation is running: wait for one run() or runFor() before the next');
    this.#isDriving = true;
    const { maxEvents } = this.#limits;
    const lastEvent = this.#scheduler.firedEvents + maxEvents;
    try {
      await turnByTurn(() => {
        if (this.#outside.isPending) return false;
        if (isOver()) return true;
        if (this.#scheduler.firedEvents >= lastEvent) {
          throw this.#stuck(`the work is not done within ${maxEvents} events (maxEvents)`);
        }
        this.#scheduler.fireNext();
        return false;
      });
    } finally {
      this.#isDriving = false;
    }
  }
}
