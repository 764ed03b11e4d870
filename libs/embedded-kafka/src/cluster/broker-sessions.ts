import type { Clock, TimerHandle } from '../time/clock.js';

/** Brokers that send no heartbeats to the controller: they are fenced when their session is over. */
export class BrokerSessions {
  readonly #lapsing = new Map<number, TimerHandle>();
  readonly #fenced = new Set<number>();

  constructor(
    readonly clock: Clock,
    readonly timeoutMs: number,
  ) {}

  /** The last heartbeat was just now. */
  lapse(nodeId: number, onOver: () => void): void {
    this.clock.clearTimeout(this.#lapsing.get(nodeId));
    this.#lapsing.set(nodeId, this.clock.setTimeout(onOver, this.timeoutMs));
  }

  fence(nodeId: number): void {
    this.#fenced.add(nodeId);
  }

  /** A heartbeat, or the end of the process. Tells whether the broker was fenced. */
  end(nodeId: number): 'fenced' | 'registered' {
    this.clock.clearTimeout(this.#lapsing.get(nodeId));
    this.#lapsing.delete(nodeId);
    return this.#fenced.delete(nodeId) ? 'fenced' : 'registered';
  }

  close(): void {
    for (const timer of this.#lapsing.values()) this.clock.clearTimeout(timer);
    this.#lapsing.clear();
  }
}
