import type { Clock, TimerHandle } from '../../support/clock.js';
import { Fifo } from '../../support/fifo.js';

/** A request handed to the socket and not settled yet. */
export interface InFlightRequest {
  readonly correlationId: number;
  readonly api: string;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly answer: (frame: Buffer) => void;
  readonly fail: (error: Error) => void;
}

/**
 * The requests of one connection that are not settled, and their deadlines.
 *
 * One timer for all of them, armed for the earliest deadline while there is any request, so that a connection costs no timer per request and none when idle.
 */
export class InFlightRequests {
  readonly #clock: Clock;
  readonly #onTimeout: (overdue: InFlightRequest) => void;
  /** Awaiting an answer; Kafka answers in this order. */
  readonly #answered = new Fifo<InFlightRequest>();
  /** Settled by the socket taking their bytes (acks 0). */
  readonly #unanswered = new Set<InFlightRequest>();
  #timer: TimerHandle | undefined;
  #timerDueMs = Infinity;

  constructor(clock: Clock, onTimeout: (overdue: InFlightRequest) => void) {
    this.#clock = clock;
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#answered.length + this.#unanswered.size;
  }

  add(request: InFlightRequest, expectResponse: boolean): void {
    if (expectResponse) this.#answered.push(request);
    else this.#unanswered.add(request);
    if (request.deadlineMs < this.#timerDueMs) this.#arm(request.deadlineMs);
  }

  /** The request the next answer belongs to. */
  oldest(): InFlightRequest | undefined {
    return this.#answered.peek();
  }

  /** Takes the request the next answer belongs to. */
  shift(): InFlightRequest | undefined {
    const request = this.#answered.shift();
    this.#disarmWhenIdle();
    return request;
  }

  /** @returns false when it was settled already */
  removeUnanswered(request: InFlightRequest): boolean {
    const removed = this.#unanswered.delete(request);
    this.#disarmWhenIdle();
    return removed;
  }

  /** Takes everything, in the order it was written. */
  clear(): InFlightRequest[] {
    const all = [...this.#answered, ...this.#unanswered];
    while (this.#answered.shift() !== undefined);
    this.#unanswered.clear();
    this.#disarmWhenIdle();
    return all;
  }

  #arm(dueMs: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timerDueMs = dueMs;
    // Rounded up: Node's timers may fire a fraction of a millisecond early.
    this.#timer = this.#clock.setTimeout(() => this.#expire(), Math.ceil(dueMs - this.#clock.now()));
  }

  #disarmWhenIdle(): void {
    if (this.size > 0 || this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueMs = Infinity;
  }

  /** The timer was armed for the earliest deadline at some time; the request it belonged to is usually long answered. */
  #expire(): void {
    this.#timer = undefined;
    this.#timerDueMs = Infinity;
    let earliest: InFlightRequest | undefined;
    for (const request of this.#answered)
      if (earliest === undefined || request.deadlineMs < earliest.deadlineMs) earliest = request;
    for (const request of this.#unanswered)
      if (earliest === undefined || request.deadlineMs < earliest.deadlineMs) earliest = request;
    if (earliest === undefined) return;
    if (earliest.deadlineMs <= this.#clock.now()) this.#onTimeout(earliest);
    else this.#arm(earliest.deadlineMs);
  }
}
