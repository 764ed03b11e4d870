import type { ProducerBatch } from '../accumulator/producer-batch.js';

/**
 * When the next batch runs out of time.
 *
 * Kept as one moment, not one timer per batch: batches are looked through only when that moment has come, which in a healthy producer is never.
 */
export class DeliveryDeadlines {
  readonly #deliveryTimeoutMs: number;
  #nextAtMs = Infinity;

  constructor(deliveryTimeoutMs: number) {
    this.#deliveryTimeoutMs = deliveryTimeoutMs;
  }

  /** Not later than the first deadline; `Infinity` when nothing is waiting. */
  get nextAtMs(): number {
    return this.#nextAtMs;
  }

  note(batch: ProducerBatch): void {
    this.#nextAtMs = Math.min(this.#nextAtMs, batch.createdAtMs + this.#deliveryTimeoutMs);
  }

  /**
   * From when on an open batch takes no more records, if it could not leave when its linger was over: a tenth of the delivery time-out later. So every record
   * has at least nine tenths of the time-out, less the linger.
   */
  closesAtMs(batch: ProducerBatch, lingerMs: number): number {
    return batch.createdAtMs + lingerMs + this.#deliveryTimeoutMs / 10;
  }

  areDue(nowMs: number): boolean {
    return nowMs >= this.#nextAtMs;
  }

  isOver(batch: ProducerBatch, nowMs: number): boolean {
    return nowMs >= batch.createdAtMs + this.#deliveryTimeoutMs;
  }

  clear(): void {
    this.#nextAtMs = Infinity;
  }
}
