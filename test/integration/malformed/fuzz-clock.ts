import type { Clock, TimerHandle } from 'embedded-kafka';

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** Time of a cluster that is fed nonsense: it stands still while requests wait, and `pass` lets every session and every wait end. */
export class FuzzClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs = Date.now();

  wallTime(): number {
    return this.#nowMs;
  }

  setTimeout(fire: () => void, delayMs: number): TimerHandle {
    const timer = { fire, dueMs: this.#nowMs + delayMs };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    this.#timers.delete(handle as Timer);
  }

  /** Fires what is due, in its order, and what that sets again. */
  pass(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const due = [...this.#timers].filter(({ dueMs }) => dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs);
      if (due.length === 0) break;
      for (const timer of due) {
        if (!this.#timers.delete(timer)) continue;
        this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
        timer.fire();
      }
    }
    this.#nowMs = untilMs;
  }
}
