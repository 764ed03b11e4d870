import type { Clock, TimerHandle } from '../time/clock.js';

/** Ids handed out with MEMBER_ID_REQUIRED that have not come back yet. A rebalance waits for them, up to their session time-out. */
export class PendingMembers {
  readonly #timers = new Map<string, TimerHandle>();

  constructor(
    readonly clock: Clock,
    readonly onExpired: () => void,
  ) {}

  get size(): number {
    return this.#timers.size;
  }

  has(memberId: string): boolean {
    return this.#timers.has(memberId);
  }

  add(memberId: string, sessionTimeoutMs: number): void {
    const expire = () => {
      this.#timers.delete(memberId);
      this.onExpired();
    };
    this.#timers.set(memberId, this.clock.setTimeout(expire, sessionTimeoutMs));
  }

  /** Returns whether the id was pending. */
  remove(memberId: string): boolean {
    this.clock.clearTimeout(this.#timers.get(memberId));
    return this.#timers.delete(memberId);
  }

  clear(): void {
    for (const memberId of this.#timers.keys()) this.remove(memberId);
  }
}
