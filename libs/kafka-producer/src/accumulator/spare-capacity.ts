import { bufferSizeFor } from './batch-buffers.js';
import type { ProducerBatch } from './producer-batch.js';

/** What every partition may have, however many there are: a first guess for one nobody has written to yet. */
export const FIRST_BATCH_BYTES = 1024;

/**
 * Memory that batches hold beyond their records, which the buffer memory does not count.
 *
 * A batch starts as large as the last one of its partition became, so that it need not grow step by step; but thousands of partitions may each have had one
 * large batch and then a single small record at a time. Once batches hold more than the limit in vain, new ones start at 1 KiB and grow: then their
 * capacity is at most twice what their records have reserved. A batch counts from when it is opened until its memory is free again.
 */
export class SpareCapacity {
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How large the buffer of a new batch may be that will probably hold so much. */
  initialBytes(expectedBytes: number): number {
    const bufferBytes = bufferSizeFor(expectedBytes);
    return this.#bytes + bufferBytes <= this.#limitBytes ? bufferBytes : FIRST_BATCH_BYTES;
  }

  opened(batch: ProducerBatch, bufferBytes: number): void {
    this.#count(batch, bufferBytes);
  }

  /** What it has not filled by now it will not. */
  sealed(batch: ProducerBatch): void {
    this.#count(batch, Math.max(0, batch.spareBytes - batch.sizeBytes));
  }

  /** Its memory is free, or was replaced by what a codec made of it. */
  released(batch: ProducerBatch): void {
    this.#count(batch, 0);
  }

  #count(batch: ProducerBatch, bytes: number): void {
    this.#bytes += bytes - batch.spareBytes;
    batch.spareBytes = bytes;
  }
}
