import { producerIdKey, type ProducerId } from 'kafka-wire';
import type { StoredBatch } from './stored-batch.js';

/** A transaction that ended with an abort, as a fetch response names it. */
export interface AbortedTransaction {
  readonly producerId: ProducerId;
  readonly firstOffset: number;
}

interface EndedTransaction extends AbortedTransaction {
  /** Offset of the marker. */
  readonly lastOffset: number;
}

/**
 * Which transactions are open on one partition, and which were aborted: what the last stable offset and the list of aborted transactions are
 * made of (Kafka's `ProducerStateManager` and `TransactionIndex`).
 */
export class PartitionTransactions {
  /** By producer id; in the order in which they began, which is that of their offsets. */
  readonly #open = new Map<string, AbortedTransaction>();
  /** Ended, but the marker is not on all in-sync replicas: readers must not see the end yet. */
  #unreplicated: EndedTransaction[] = [];
  #aborted: EndedTransaction[] = [];

  /** Offset of the first record; undefined when the producer has no open transaction here. */
  firstOffsetOf(producerId: ProducerId): number | undefined {
    return this.#open.get(producerIdKey(producerId))?.firstOffset;
  }

  /** Harmless while one is open. */
  begin(producerId: ProducerId, firstOffset: number): void {
    const key = producerIdKey(producerId);
    if (!this.#open.has(key)) this.#open.set(key, { producerId, firstOffset });
  }

  /** @param markerOffset where the marker is */
  end(producerId: ProducerId, markerOffset: number, committed: boolean): void {
    const key = producerIdKey(producerId);
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    const ended = { ...open, lastOffset: markerOffset };
    this.#unreplicated.push(ended);
    if (!committed) this.#aborted.push(ended);
  }

  clear(): void {
    this.#open.clear();
    this.#unreplicated = [];
    this.#aborted = [];
  }

  /** Where the oldest transaction begins whose end readers cannot know; the high watermark when there is none below it. */
  lastStableOffset(highWatermark: number): number {
    if (this.#unreplicated.length > 0) {
      this.#unreplicated = this.#unreplicated.filter(({ lastOffset }) => lastOffset >= highWatermark);
    }
    let unstable = highWatermark;
    for (const { firstOffset } of this.#unreplicated) unstable = Math.min(unstable, firstOffset);
    for (const { firstOffset } of this.#open.values()) return Math.min(unstable, firstOffset);
    return unstable;
  }

  /** Whether the batch was written in a transaction that was aborted. */
  isAborted({ header, baseOffset }: StoredBatch): boolean {
    return (
      header.isTransactional &&
      this.#aborted.some(
        ({ producerId, firstOffset, lastOffset }) =>
          firstOffset <= baseOffset && baseOffset < lastOffset && producerId.equals(header.producerId),
      )
    );
  }

  /** The log begins there now: what ended before is nobody's to read. */
  forgetBefore(offset: number): void {
    this.#aborted = this.#aborted.filter(({ lastOffset }) => lastOffset >= offset);
  }

  hasAbortedSince(offset: number): boolean {
    return (this.#aborted.at(-1)?.lastOffset ?? -1) >= offset;
  }

  /** Aborted transactions with records or their marker between the offsets, the second exclusive; in the order of their ends. */
  abortedBetween(fromOffset: number, toOffset: number): AbortedTransaction[] {
    return this.#aborted
      .filter(({ firstOffset, lastOffset }) => lastOffset >= fromOffset && firstOffset < toOffset)
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
  }
}
