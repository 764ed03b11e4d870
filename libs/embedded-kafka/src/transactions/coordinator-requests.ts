import { errorCode } from 'kafka-wire';
import type { Clock, TimerHandle } from '../time/clock.js';

/** What a broker asks about one producer's transaction. */
export interface Question<T> {
  readonly transactionalId: string;
  readonly epoch: number;
  /** Asks, once it is this question's turn. */
  readonly ask: () => T;
  /** The answer when another question takes its place. */
  readonly refuse: (code: number) => T;
}

interface Waiting {
  readonly epoch: number;
  readonly ask: () => void;
  readonly refuse: (code: number) => void;
}

/**
 * Questions of brokers to coordinators, which take a round trip (Kafka's `AddPartitionsToTxnManager`).
 *
 * A broker has one request to a coordinator on its way at a time; meanwhile one question per transactional id can wait. A newer one of the same
 * epoch takes its place, and the older is answered NETWORK_EXCEPTION: its producer is taken to have sent it again. That is how first batches
 * that a producer sends at once, over several connections, get in each other's way.
 */
export class CoordinatorRequests {
  readonly #waiting = new Map<string, Map<string, Waiting>>();
  readonly #onTheirWay = new Map<string, TimerHandle>();

  constructor(
    readonly clock: Clock,
    /** 0: asked at once. */
    readonly roundTripMs: number,
  ) {}

  /** @param route names the broker and the coordinator */
  put<T>(route: string, { transactionalId, epoch, ask, refuse }: Question<T>): T | Promise<T> {
    if (this.roundTripMs === 0) return ask();
    const waiting = this.#waiting.get(route) ?? new Map<string, Waiting>();
    this.#waiting.set(route, waiting);
    const other = waiting.get(transactionalId);
    if (other !== undefined && other.epoch > epoch) return refuse(errorCode('INVALID_PRODUCER_EPOCH'));
    waiting.delete(transactionalId);
    other?.refuse(errorCode(other.epoch < epoch ? 'INVALID_PRODUCER_EPOCH' : 'NETWORK_EXCEPTION'));
    return new Promise((resolve) => {
      waiting.set(transactionalId, {
        epoch,
        ask: () => resolve(ask()),
        refuse: (code) => resolve(refuse(code)),
      });
      this.#send(route);
    });
  }

  /** No timer stays; nobody who waits is answered any more. */
  close(): void {
    for (const timer of this.#onTheirWay.values()) this.clock.clearTimeout(timer);
    this.#onTheirWay.clear();
    this.#waiting.clear();
  }

  #send(route: string): void {
    const sent = [...(this.#waiting.get(route)?.values() ?? [])];
    if (sent.length === 0 || this.#onTheirWay.has(route)) return;
    this.#waiting.delete(route);
    const answer = () => {
      this.#onTheirWay.delete(route);
      for (const { ask } of sent) ask();
      this.#send(route);
    };
    this.#onTheirWay.set(route, this.clock.setTimeout(answer, this.roundTripMs));
  }
}
