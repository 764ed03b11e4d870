import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { Admission } from './admission.js';
import type { WaitingRecord } from './waiting-record.js';

/** Batches that records of a line went into while somebody flushed, and that later records must not join: they would make the flush wait for themselves. */
export class FlushedBatches {
  readonly #admission: Admission;
  readonly #batches = new Set<ProducerBatch>();

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  /** The record is in this batch now; whoever flushes waits for that from here on. */
  add(batch: ProducerBatch, { flushes }: WaitingRecord): void {
    if (flushes.length === 0) return;
    for (const flush of flushes) batch.watch(flush);
    batch.isUrgent = true;
    this.#batches.add(batch);
  }

  /** Later records come now. */
  seal(): void {
    for (const batch of this.#batches) this.#admission.seal(batch);
    this.#batches.clear();
  }
}
