import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import type { StagedRecord } from '../unit/staged-record.js';
import type { AppendOutcome, EndOutcome, OffsetsOutcome, TransactionalProducer } from './transactional-producer.js';

/** Passes on to another producer what concerns its id alone; when a transaction begins and ends is for the class around it. */
export abstract class ProducerAround implements TransactionalProducer {
  protected abstract readonly inner: TransactionalProducer;

  abstract begin(deadlineMs: number): Promise<void>;
  abstract end(verdict: 'commit' | 'abort', deadlineMs: number): Promise<EndOutcome>;

  get transactionalId(): string {
    return this.inner.transactionalId;
  }

  allow(transactionTimeoutMs: number): void {
    this.inner.allow(transactionTimeoutMs);
  }

  renew(): void {
    this.inner.renew();
  }

  append(records: readonly StagedRecord[], deadlineMs: number): Promise<readonly AppendOutcome[]> {
    return this.inner.append(records, deadlineMs);
  }

  giveUp(): void {
    this.inner.giveUp();
  }

  sendOffsets(offsets: readonly ConsumedOffsets[], deadlineMs: number): Promise<readonly OffsetsOutcome[]> {
    return this.inner.sendOffsets(offsets, deadlineMs);
  }

  settled(): Promise<void> {
    return this.inner.settled();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
