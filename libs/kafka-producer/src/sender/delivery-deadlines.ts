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
