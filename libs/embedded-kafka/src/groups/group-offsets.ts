import type { ProducerId } from 'kafka-wire';
import type { Clock } from '../time/clock.js';
import type { CommittedOffset } from './committed-offset.js';
import { PendingOffsets } from './pending-offsets.js';

interface OrderedOffset extends CommittedOffset {
  readonly order: number;
}

/** What a group has committed, by topic and partition. */
export class GroupOffsets {
  readonly #topics = new Map<string, Map<number, OrderedOffset>>();
  readonly #pending = new PendingOffsets();
  #lastOrder = 0;
  #lastChangeMs = -Infinity;

  constructor(readonly clock: Clock) {}

  get topics(): Iterable<string> {
    return this.#topics.keys();
  }

  /** When an offset was committed last, in milliseconds since the epoch. */
  get lastChangeMs(): number {
    return this.#lastChangeMs;
  }

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  /** Whether a transaction is open that has offsets of the group. */
  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  partitionsOf(topic: string): number[] {
    return [...(this.#topics.get(topic)?.keys() ?? [])];
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  commit(topic: string, partition: number, committed: CommittedOffset): void {
    this.#set(topic, partition, { ...committed, order: ++this.#lastOrder });
  }

  /** Commits with the producer's transaction, or not at all. */
  commitPending(producerId: ProducerId, topic: string, partition: number, committed: CommittedOffset): void {
    this.#pending.add(producerId, { topic, partition, committed, order: ++this.#lastOrder });
  }

  /** Whether a transaction that has not ended may still change the offset. */
  isPending(topic: string, partition: number): boolean {
    return this.#pending.isPending(topic, partition);
  }

  /** The producer's transaction ended. What was committed after its offsets stays. */
  endTransaction(producerId: ProducerId, isCommitted: boolean): void {
    for (const { topic, partition, committed, order } of this.#pending.take(producerId)) {
      const known = this.#topics.get(topic)?.get(partition);
      if (isCommitted && (known === undefined || known.order < order))
        this.#set(topic, partition, { ...committed, order });
    }
  }

  forget(topic: string, partition: number): void {
    const partitions = this.#topics.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) this.#topics.delete(topic);
  }

  forgetTopic(topic: string): void {
    this.#topics.delete(topic);
    this.#pending.forgetTopic(topic);
  }

  #set(topic: string, partition: number, committed: OrderedOffset): void {
    const partitions = this.#topics.get(topic) ?? new Map<number, OrderedOffset>();
    this.#lastChangeMs = this.clock.wallTime();
    partitions.set(partition, committed);
    this.#topics.set(topic, partitions);
  }
}
