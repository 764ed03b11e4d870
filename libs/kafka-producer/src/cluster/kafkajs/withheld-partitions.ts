import type { Clock, TimerHandle } from '../../support/clock.js';
import type { FetchRequest, FetchResponse } from './kafkajs-parts.js';

const NOTHING: FetchResponse = { responses: [] };

/**
 * Partitions that are not fetched for a while, to the millisecond.
 *
 * kafkajs' `pause()` has the granularity of `maxWaitTimeInMs`: a fetch under way does not ask for a partition that was resumed meanwhile. Here the fetch is
 * no longer than the first of them waits, and no other partition waits at all.
 */
export class WithheldPartitions {
  readonly #clock: Clock;
  /** By `topic:partition`: until when, of the clock; Infinity until it is released. */
  readonly #until = new Map<string, number>();
  readonly #sleeping = new Set<() => void>();
  /** Long polls that a broker answers whenever there is something. */
  readonly #fetching = new Set<() => void>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param durationMs Infinity: until it is released */
  withhold(topic: string, partition: number, durationMs: number): void {
    this.#until.set(keyOf(topic, partition), this.#clock.now() + durationMs);
  }

  release(topic: string, partition: number): void {
    if (this.#until.delete(keyOf(topic, partition))) this.#wake();
  }

  releaseAll(): void {
    this.#until.clear();
    this.#wake();
  }

  /** Nothing waits any more, fetches that are under way neither: kafkajs would wait for their answers before it leaves the group. */
  close(): void {
    this.#isClosed = true;
    this.releaseAll();
    for (const giveUp of this.#fetching) giveUp();
  }

  /** What `send` is asked for leaves out what is withheld. */
  async fetch(request: FetchRequest, send: (request: FetchRequest) => Promise<FetchResponse>): Promise<FetchResponse> {
    if (this.#until.size === 0) return this.#untilClosed(send(request));
    const now = this.#clock.now();
    let waitMs = request.maxWaitTime;
    const topics = request.topics.flatMap(({ topic, partitions }) => {
      const asked = partitions.filter(({ partition }) => {
        const leftMs = this.#leftMs(keyOf(topic, partition), now);
        if (leftMs > 0) waitMs = Math.min(waitMs, leftMs);
        return leftMs <= 0;
      });
      return asked.length === 0 ? [] : [{ topic, partitions: asked }];
    });
    if (topics.length > 0) return this.#untilClosed(send({ ...request, topics, maxWaitTime: Math.ceil(waitMs) }));
    await this.#sleep(waitMs);
    return NOTHING;
  }

  #untilClosed(answer: Promise<FetchResponse>): Promise<FetchResponse> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => resolve(NOTHING);
      this.#fetching.add(giveUp);
      void answer.then(resolve, reject).finally(() => this.#fetching.delete(giveUp));
    });
  }

  #leftMs(key: string, now: number): number {
    const until = this.#until.get(key);
    if (until === undefined) return 0;
    if (until <= now) this.#until.delete(key);
    return until - now;
  }

  async #sleep(durationMs: number): Promise<void> {
    if (this.#isClosed) return;
    let timer: TimerHandle | undefined;
    let wake: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.#sleeping.add(resolve);
      timer = this.#clock.setTimeout(resolve, durationMs);
    });
    this.#clock.clearTimeout(timer);
    this.#sleeping.delete(wake!);
  }

  #wake(): void {
    for (const wake of this.#sleeping) wake();
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}:${partition}`;
}
