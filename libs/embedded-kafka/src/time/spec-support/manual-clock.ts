import type { Clock, TimerHandle } from '../clock.js';

interface ManualTimer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** A clock that stands still until it is told to advance. Timers fire in the order they are due, ties in the order they were set. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<ManualTimer>();

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  /** Timers that have not fired: zero once everything is stopped. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  wallTime(): number {
    return this.#nowMs;
  }

  setTimeout(fire: () => void, delayMs: number): TimerHandle {
    const timer: ManualTimer = { dueMs: this.#nowMs + delayMs, fire };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    this.#timers.delete(handle as ManualTimer);
  }

  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let next = this.#nextDue(untilMs); next !== undefined; next = this.#nextDue(untilMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.fire();
    }
    this.#nowMs = untilMs;
  }

  #nextDue(untilMs: number): ManualTimer | undefined {
    let next: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
