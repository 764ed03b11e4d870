import { RecordBatchBuilder, type BufferSource } from 'kafka-wire';

import { ProducerBatch } from './producer-batch.js';
import { FIRST_BATCH_BYTES } from './spare-capacity.js';

/**
 * The batches of one partition that are not in flight, oldest first. Only the last one may be open.
 */
export class PartitionQueue {
  readonly #batches: ProducerBatch[] = [];
  /** How large the next batch will probably become, judging by the last one. */
  expectedBatchBytes = FIRST_BATCH_BYTES;
  #opened = 0;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  get head(): ProducerBatch | undefined {
    return this.#batches[0];
  }

  get length(): number {
    return this.#batches.length;
  }

  /** The batch that takes the next record, if there is one. */
  get openBatch(): ProducerBatch | undefined {
    const last = this.#batches.at(-1);
    return last?.state === 'open' ? last : undefined;
  }

  /** @param initialBytes capacity to start with; it grows with the records */
  open(nowMs: number, initialBytes: number, buffers?: BufferSource): ProducerBatch {
    const builder = new RecordBatchBuilder(initialBytes, buffers);
    const batch = new ProducerBatch(this.topic, this.partition, this.#opened++, nowMs, builder);
    this.#batches.push(batch);
    return batch;
  }

  noteSealed(batch: ProducerBatch): void {
    this.expectedBatchBytes = Math.max(FIRST_BATCH_BYTES, batch.sizeBytes + (batch.sizeBytes >> 3));
  }

  shift(): ProducerBatch | undefined {
    return this.#batches.shift();
  }

  /** Puts a batch back that is to be sent again, at its old place: batches leave in the order they were opened, retries included. */
  reinsert(batch: ProducerBatch): void {
    let index = 0;
    while (index < this.#batches.length && this.#batches[index]!.ordinal < batch.ordinal) index++;
    this.#batches.splice(index, 0, batch);
  }

  remove(batch: ProducerBatch): void {
    const index = this.#batches.indexOf(batch);
    if (index >= 0) this.#batches.splice(index, 1);
  }

  [Symbol.iterator](): Iterator<ProducerBatch> {
    return this.#batches[Symbol.iterator]();
  }
}
