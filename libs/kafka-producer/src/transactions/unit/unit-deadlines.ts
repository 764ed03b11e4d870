import type { Clock, TimerHandle } from '../../support/clock.js';

/** Something that is over at a moment of the clock. */
export interface Expiring {
  readonly deadlineMs: number;
  expire(): void;
}

/** Coarser than this no deadline need be kept. Unit: milliseconds. */
const RESOLUTION_MS = 10;

/** One timer for the deadlines of all units, however many there are; none while there are none. */
export class UnitDeadlines {
  readonly #units = new Set<Expiring>();
  readonly #clock: Clock;
  #timer: TimerHandle | undefined;
  #timerAtMs = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(unit: Expiring): void {
    this.#units.add(unit);
    if (unit.deadlineMs < this.#timerAtMs) this.#arm(unit.deadlineMs);
  }

  remove(unit: Expiring): void {
    this.#units.delete(unit);
    if (this.#units.size > 0 || this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
  }

  #arm(atMs: number): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = this.#clock.setTimeout(() => this.#look(), Math.max(RESOLUTION_MS, atMs - this.#clock.now()));
  }

  #look(): void {
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
    const now = this.#clock.now();
    for (const unit of this.#units) {
      if (unit.deadlineMs > now) continue;
      this.#units.delete(unit);
      unit.expire();
    }
    let nextMs = Infinity;
    for (const { deadlineMs } of this.#units) nextMs = Math.min(nextMs, deadlineMs);
    if (nextMs < this.#timerAtMs) this.#arm(nextMs);
  }
}
