import type { Random } from '../time/random.js';
import { EventQueue, type QueuedEvent } from './event-queue.js';
import type { Trace } from './trace.js';

/** Between the deliveries of one moment, which come before it or after it by chance. */
const TIE_OF_TIMERS = 0.5;

/** The one order of everything: timers and deliveries of all clients and brokers, by virtual time. */
export class Scheduler {
  #nowMs = 0;
  #firedEvents = 0;
  #timers = 0;
  readonly #events = new EventQueue();
  readonly #random: Random;

  constructor(
    readonly trace: Trace,
    random: Random,
  ) {
    this.#random = random;
  }

  /** Virtual milliseconds since the simulation began; with fractions. */
  get nowMs(): number {
    return this.#nowMs;
  }

  get firedEvents(): number {
    return this.#firedEvents;
  }

  /** Events that are still to come. */
  get pendingEvents(): number {
    return this.#events.size;
  }

  /** Infinity when nothing is to come. */
  get nextAtMs(): number {
    return this.#events.nextAtMs;
  }

  /** For what the network does: among events of the same moment its place is random. */
  deliver(atMs: number, fire: () => void): QueuedEvent {
    return this.#events.add(atMs, this.#random.next(), fire);
  }

  /** For timers: those of the same moment fire in the order they were set. */
  timer(atMs: number, fire: () => void): QueuedEvent {
    const number = this.#timers++;
    return this.#events.add(atMs, TIE_OF_TIMERS, () => {
      this.trace.add(this.#nowMs, 'timer', number);
      fire();
    });
  }

  cancel(event: QueuedEvent): void {
    this.#events.cancel(event);
  }

  /** Lets the next event happen, now being its time. @returns false when nothing is to come */
  fireNext(): boolean {
    const atMs = this.#events.nextAtMs;
    const fire = this.#events.take();
    if (fire === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, atMs);
    this.#firedEvents++;
    fire();
    return true;
  }

  /** Lets time pass in which nothing happens. */
  idleUntil(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }
}
