import { producerIdKey, type ProducerId } from 'kafka-wire';
import type { CommittedOffset } from './committed-offset.js';

export interface PendingOffset {
  readonly topic: string;
  readonly partition: number;
  readonly committed: CommittedOffset;
  /** Its place among all commits of the group: an older one never replaces a newer one. */
  readonly order: number;
}

/** Offsets of transactions that have not ended: nobody's yet, and in the way of whoever wants stable ones. */
export class PendingOffsets {
  readonly #byProducer = new Map<string, Map<string, PendingOffset>>();

  /** Producers with offsets here. */
  get size(): number {
    return this.#byProducer.size;
  }

  /** The last one of a transaction wins, not the highest. */
  add(producerId: ProducerId, offset: PendingOffset): void {
    const key = producerIdKey(producerId);
    const offsets = this.#byProducer.get(key) ?? new Map<string, PendingOffset>();
    offsets.set(`${offset.topic}-${offset.partition}`, offset);
    this.#byProducer.set(key, offsets);
  }

  isPending(topic: string, partition: number): boolean {
    if (this.#byProducer.size === 0) return false;
    return [...this.#byProducer.values()].some((offsets) => offsets.has(`${topic}-${partition}`));
  }

  /** Takes a producer's offsets out. */
  take(producerId: ProducerId): PendingOffset[] {
    const key = producerIdKey(producerId);
    const offsets = this.#byProducer.get(key);
    this.#byProducer.delete(key);
    return [...(offsets?.values() ?? [])];
  }

  forgetTopic(topic: string): void {
    for (const offsets of this.#byProducer.values()) {
      for (const [key, one] of offsets) if (one.topic === topic) offsets.delete(key);
    }
  }
}
