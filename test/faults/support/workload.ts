import { setTimeout as delay } from 'node:timers/promises';

import type { Random } from 'embedded-kafka';

import type { DeliveryHistory } from '../../history/delivery-history.js';

/** Of a record whose partition and offset its sender is told. */
export interface Told {
  readonly partition: number;
  readonly offset?: string | undefined;
}

export type Deliver = (record: { topic: string; partition: number; value: string }) => Promise<Told>;

export interface WorkloadOptions {
  readonly callers: number;
  readonly partitions: number;
  /** Longest pause of a caller between two sends, in milliseconds. */
  readonly maxPauseMs: number;
}

/** Callers that each send one record after the other until they are told to stop. */
export class Workload {
  readonly #history: DeliveryHistory;
  readonly #deliver: Deliver;
  readonly #random: Random;
  readonly #options: WorkloadOptions;
  /** The caller's; more may be added while it runs. */
  readonly #topics: readonly string[];
  #isOver = false;
  #callers: Promise<unknown> = Promise.resolve();
  acknowledged = 0;
  failed = 0;

  constructor(
    history: DeliveryHistory,
    deliver: Deliver,
    random: Random,
    topics: readonly string[],
    options: WorkloadOptions,
  ) {
    this.#history = history;
    this.#deliver = deliver;
    this.#random = random;
    this.#options = options;
    this.#topics = topics;
  }

  start(): void {
    this.#callers = Promise.all(Array.from({ length: this.#options.callers }, () => this.#call()));
  }

  /** Resolves when everything that was sent is settled. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#callers;
  }

  /** One record for every partition of every topic, again and again until each was acknowledged: what was written before can be read then. */
  async untilAllAcknowledge(withinMs: number): Promise<void> {
    const untilMs = performance.now() + withinMs;
    const persist = async (topic: string, partition: number): Promise<void> => {
      while ((await this.#send(topic, partition)) !== 'ok') {
        if (performance.now() > untilMs)
          throw new Error(`${topic}-${partition} is not served ${withinMs} ms after all was healed`);
        await delay(20);
      }
    };
    const places = this.#topics.flatMap((topic) =>
      Array.from({ length: this.#options.partitions }, (_, partition) => [topic, partition] as const),
    );
    await Promise.all(places.map(([topic, partition]) => persist(topic, partition)));
  }

  async #call(): Promise<void> {
    const { partitions, maxPauseMs } = this.#options;
    while (!this.#isOver) {
      await this.#send(this.#random.pick(this.#topics), this.#random.integer(0, partitions - 1));
      await delay(this.#random.next() * maxPauseMs);
    }
  }

  async #send(topic: string, partition: number): Promise<string> {
    const { kind } = await this.#history.send(topic, (value) => this.#deliver({ topic, partition, value }));
    if (kind === 'ok') this.acknowledged++;
    else this.failed++;
    return kind;
  }
}
