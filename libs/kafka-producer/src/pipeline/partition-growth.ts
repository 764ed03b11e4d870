import type { TopicMetadata } from '../cluster/cluster.js';
import type { Clock } from '../support/clock.js';

/** So long after a broker said that a topic has no more partitions it is believed. */
const BELIEVED_MS = 1_000;

/** How many partitions topics have turned out to have when records named one beyond the known: asked anew, but not for every such record. */
export class PartitionGrowth {
  readonly #clock: Clock;
  readonly #confirmedAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A broker has just told the partitions of the topic. */
  confirm({ name }: TopicMetadata): void {
    this.#confirmedAtMs.set(name, this.#clock.now());
  }

  isConfirmed({ name }: TopicMetadata): boolean {
    const confirmedAtMs = this.#confirmedAtMs.get(name);
    return confirmedAtMs !== undefined && this.#clock.now() - confirmedAtMs < BELIEVED_MS;
  }
}
