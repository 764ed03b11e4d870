import type { Clock, TimerHandle } from '../clock.js';

interface ManualTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that moves when told. For tests. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #epochMs: number;
  readonly #timers = new Set<ManualTimer>();
  #turn: (() => void)[] = [];

  constructor(options: { nowMs?: number; epochMs?: number } = {}) {
    this.#nowMs = options.nowMs ?? 0;
    this.#epochMs = options.epochMs ?? 1_700_000_000_000;
  }

  now(): number {
    return this.#nowMs;
  }

  wallTime(): number {
    return this.#epochMs + this.#nowMs;
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle | undefined): void {
    this.#timers.delete(handle as ManualTimer);
  }

  setImmediate(callback: () => void): void {
    this.#turn.push(callback);
  }

  /** Timers that have not fired: 0 for an idle component. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Ends this turn of the event loop, and as many more as it takes until nothing is due at this moment. */
  async settle(): Promise<void> {
    await nextMacrotask();
    while (this.#turn.length > 0) {
      const due = this.#turn;
      this.#turn = [];
      for (const callback of due) callback();
      await nextMacrotask();
    }
  }

  /** Moves time, firing timers in the order they are due and letting everything they cause settle. */
  async advance(durationMs: number): Promise<void> {
    const targetMs = this.#nowMs + durationMs;
    await this.settle();
    for (let next = this.#nextDue(targetMs); next !== undefined; next = this.#nextDue(targetMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.#timers.delete(next);
      next.callback();
      await this.settle();
    }
    this.#nowMs = targetMs;
  }

  #nextDue(targetMs: number): ManualTimer | undefined {
    let next: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= targetMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}

/** Lets every promise reaction run; a promise alone would not outlast a chain of them. */
function nextMacrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
