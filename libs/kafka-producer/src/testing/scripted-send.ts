import type { Clock } from '../support/clock.js';

/**
 * What becomes of a send, and what its caller sees:
 *
 * - `'fail'`: the broker refuses the records. `DeliveryRejectedError`, `persisted: 'no'`
 * - `'unknown'`: the broker does not know whether it appended them. `DeliveryRejectedError`, `persisted: 'possibly'`
 * - `'slow'`: nothing, for a while; then it succeeds
 * - `'too-large'`: the topic's limit is below their size. `RecordTooLargeError`
 * - `'unauthorized'`: the topic's ACL forbids it. `AuthorizationError`
 * - `'unknown-topic'`: the topic does not exist. `UnknownTopicError`
 * - `'fenced'`: for transactions. Another process has taken the `transactional.id` before the next commit: `ProducerFencedError`, for its unit and for every
 *   one after it. Sends outside of transactions go on
 */
export type SendOutcome = 'fail' | 'unknown' | 'slow' | 'too-large' | 'unauthorized' | 'unknown-topic' | 'fenced';

export interface NextSend {
  readonly outcome: SendOutcome;
  /** As it is in Kafka. Any topic when it is left out. With `'fenced'`: a topic of the records that are committed. */
  readonly topic?: string | undefined;
  /** Name of a module. Any producer when it is left out. */
  readonly producer?: string | undefined;
  /** How many sends; records of a topic that are sent in one turn are one send. Not with `'fenced'`, which is for good. @defaultValue 1 */
  readonly times?: number | undefined;
  /** With `'slow'`: milliseconds until it goes on. Left out: until `release()`. */
  readonly afterMs?: number | undefined;
  /** With `'unknown'`: whether the records are in the log after all. @defaultValue true */
  readonly appended?: boolean | undefined;
}

/** A send that will go as scripted. */
export interface ScriptedSend {
  /** Resolves when such a send has reached the cluster for the first time. */
  readonly reached: Promise<void>;
  /** Lets what is held by `'slow'` go on, and holds nothing more. */
  release(): void;
}

/** One call of `nextSend()`. */
export class Script implements ScriptedSend {
  readonly next: NextSend;
  readonly reached: Promise<void>;
  readonly #clock: Clock;
  readonly #held = new Set<() => void>();
  #markReached: () => void = () => {};
  #usesLeft: number;
  #isReleased = false;

  constructor(next: NextSend, times: number, clock: Clock) {
    this.next = next;
    this.#usesLeft = times;
    this.#clock = clock;
    this.reached = new Promise((resolve) => {
      this.#markReached = resolve;
    });
  }

  /** @returns how many sends are left */
  use(): number {
    this.#markReached();
    return --this.#usesLeft;
  }

  /** Resolves when what is slow goes on; at once when it was released before. */
  hold(): Promise<void> {
    if (this.#isReleased) return Promise.resolve();
    const { afterMs } = this.next;
    return new Promise((resolve) => {
      const timer = afterMs === undefined ? undefined : this.#clock.setTimeout(() => goOn(), afterMs);
      const goOn = (): void => {
        this.#clock.clearTimeout(timer);
        this.#held.delete(goOn);
        resolve();
      };
      this.#held.add(goOn);
    });
  }

  release(): void {
    this.#isReleased = true;
    for (const goOn of this.#held) goOn();
  }
}
