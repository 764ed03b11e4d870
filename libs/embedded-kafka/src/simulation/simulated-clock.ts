import type { Clock } from '../time/clock.js';
import type { QueuedEvent } from './event-queue.js';
import type { OutsideWork } from './outside-work.js';
import type { Scheduler } from './scheduler.js';

/** When every simulation begins, in milliseconds since the epoch: 2023-11-14T22:13:20Z. */
const EPOCH_MS = 1_700_000_000_000;
/** Node takes whatever is no delay between these for the shortest one. */
const SHORTEST_MS = 1;
const LONGEST_MS = 2 ** 31 - 1;

/** Virtual time, for brokers and clients. */
export interface SimulationClock extends Clock {
  /** Milliseconds since the simulation began; with fractions. */
  now(): number;
  setTimeout(fire: () => void, delayMs: number): object;
  /** Harmless for a timer that has fired, and for none. */
  clearTimeout(handle: unknown): void;
  /** Runs the callback at this very moment, once this turn is over: after every promise reaction that is due. */
  setImmediate(fire: () => void): void;
  /**
   * Waits for work of the real world, such as compression on a thread. Virtual time stands still meanwhile, and the result comes at a moment that the
   * seed decides. Without it such work makes two runs with one seed differ.
   */
  outside<T>(work: () => Promise<T>): Promise<T>;
}

/** Timers round as Node's do: fractions are cut off, and nothing takes less than a millisecond. */
export class SimulatedClock implements SimulationClock {
  readonly #scheduler: Scheduler;
  readonly #outside: OutsideWork;

  constructor(scheduler: Scheduler, outside: OutsideWork) {
    this.#scheduler = scheduler;
    this.#outside = outside;
  }

  now(): number {
    return this.#scheduler.nowMs;
  }

  wallTime(): number {
    return EPOCH_MS + Math.floor(this.#scheduler.nowMs);
  }

  setTimeout(fire: () => void, delayMs: number): object {
    const isDelay = delayMs >= SHORTEST_MS && delayMs <= LONGEST_MS;
    return this.#scheduler.timer(this.now() + (isDelay ? Math.trunc(delayMs) : SHORTEST_MS), fire);
  }

  clearTimeout(handle: unknown): void {
    if (handle !== undefined) this.#scheduler.cancel(handle as QueuedEvent);
  }

  setImmediate(fire: () => void): void {
    this.#scheduler.timer(this.now(), fire);
  }

  outside<T>(work: () => Promise<T>): Promise<T> {
    return this.#outside.do(work);
  }
}
