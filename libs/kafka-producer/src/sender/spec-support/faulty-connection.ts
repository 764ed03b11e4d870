import { ConnectionLostError, RequestTimeoutError } from '../../cluster/cluster.errors.js';
import type { Clock, TimerHandle } from '../../support/clock.js';
import type { ProduceResponse } from '../produce-attempt.js';
import type { SeededRandom } from './seeded-random.js';

/** A request on its way, as the broker will read it. */
export interface Travelling<B> {
  readonly body: B;
  readonly arrivesAtMs: number;
  readonly resolve: (response: ProduceResponse) => void;
  readonly reject: (error: unknown) => void;
  timer?: TimerHandle;
}

/** The broker at the other end. */
export interface Peer<B> {
  /** Reads nothing before that moment. */
  readonly frozenUntilMs: number;
  handle(body: B): ProduceResponse;
}

/** Time as the network sees it: counts what is still to come, so that a test knows when nothing is. */
export interface Agenda extends Pick<Clock, 'now'> {
  later(delayMs: number, event: () => void): TimerHandle;
  cancel(timer: TimerHandle): void;
}

const MAX_LATENCY_MS = 40;
/** How long bytes of a dead connection may wait to be read: long enough for others to overtake them. */
const MAX_STALL_MS = 3_000;

/**
 * One connection: requests and answers keep their order, the broker reads one at a time.
 *
 * When it breaks, the client learns it at once, but a broker may still read what was sent: the first so many of the requests, later than those of the
 * next connection.
 */
export class FaultyConnection<B> {
  isOpen = true;
  /** Whether requests on their way are lost with the connection for certain. */
  losesAll = false;
  readonly #unanswered: Travelling<B>[] = [];
  #unread: Travelling<B>[] = [];
  #lastArrivalMs = 0;
  #lastAnswerMs = 0;
  #stalledUntilMs = 0;

  constructor(
    readonly peer: Peer<B>,
    readonly agenda: Agenda,
    readonly random: SeededRandom,
    /** How likely an answer is lost, with its connection. */
    readonly answerLost: () => number,
  ) {}

  send(body: B, timeoutMs: number): Promise<ProduceResponse> {
    return new Promise((resolve, reject) => {
      const { agenda } = this;
      this.#lastArrivalMs = Math.max(this.#lastArrivalMs, agenda.now() + this.random.integer(0, MAX_LATENCY_MS));
      const request: Travelling<B> = { body, arrivesAtMs: this.#lastArrivalMs, resolve, reject };
      request.timer = agenda.later(timeoutMs, () =>
        this.break(new RequestTimeoutError({ broker: 'b', api: 'Produce', timeoutMs })),
      );
      this.#unanswered.push(request);
      this.#unread.push(request);
      agenda.later(request.arrivesAtMs - agenda.now(), () => this.#read());
    });
  }

  break(error: Error = new ConnectionLostError({ broker: 'b', written: true })): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const arriving = this.losesAll ? 0 : this.random.integer(0, this.#unread.length);
    this.#unread.splice(arriving);
    if (this.random.chance(0.5)) {
      const stallMs = this.random.integer(0, MAX_STALL_MS);
      this.#stalledUntilMs = this.agenda.now() + stallMs;
      this.agenda.later(stallMs, () => this.#read());
    }
    for (const { reject, timer } of this.#unanswered.splice(0)) {
      this.agenda.cancel(timer!);
      reject(error);
    }
  }

  #read(): void {
    const readsAtMs = Math.max(this.peer.frozenUntilMs, this.#stalledUntilMs);
    const now = this.agenda.now();
    if (readsAtMs > now) return void this.agenda.later(readsAtMs - now, () => this.#read());
    while (this.#unread.length > 0 && this.#unread[0]!.arrivesAtMs <= now) {
      const response = this.peer.handle(this.#unread.shift()!.body);
      if (!this.isOpen) continue;
      this.#lastAnswerMs = Math.max(this.#lastAnswerMs, now + this.random.integer(0, MAX_LATENCY_MS));
      this.agenda.later(this.#lastAnswerMs - now, () => this.#answer(response));
    }
  }

  #answer(response: ProduceResponse): void {
    if (!this.isOpen) return;
    if (this.random.chance(this.answerLost())) return this.break();
    const { resolve, timer } = this.#unanswered.shift()!;
    this.agenda.cancel(timer!);
    resolve(response);
  }
}
