import { producerIdKey, type ProducerId, type RecordBatchHeader } from 'kafka-wire';
import { hasProducer } from './batch-check.js';
import { readMarker, type TransactionEnd } from './marker-batch.js';
import { PartitionTransactions } from './partition-transactions.js';
import { ProducerState, type RememberedBatch } from './producer-state.js';
import { refusal, type Refusal } from './refusal.js';
import type { StoredBatch } from './stored-batch.js';
import { Verifications } from './verifications.js';

export type Admission =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly of: RememberedBatch }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

const refuse = (...why: Parameters<typeof refusal>): Admission => ({ kind: 'refuse', refusal: refusal(...why) });

/** What one partition knows of producers and their transactions (Kafka's `ProducerStateManager`). All of it can be read from the log again. */
export class ProducerStates {
  readonly transactions = new PartitionTransactions();
  readonly verifications = new Verifications();
  readonly #states = new Map<string, ProducerState>();

  /** Whether anything is known that may expire. */
  get isEmpty(): boolean {
    return this.#states.size === 0 && this.verifications.size === 0;
  }

  /** By their ids in hex digits, in the order in which they came. */
  get entries(): Iterable<readonly [string, ProducerState]> {
    return this.#states;
  }

  /**
   * Whether a batch may be appended: the repeat of an earlier one is looked for first.
   *
   * @param isVerified the coordinator was asked: the partition takes part in the producer's transaction
   */
  judge(header: RecordBatchHeader, isVerified: boolean): Admission {
    if (!hasProducer(header)) return { kind: 'append' };
    const state = this.#stateOf(header.producerId);
    const verdict = state?.judge(header) ?? { kind: 'append' };
    if (verdict.kind === 'duplicate') return verdict;
    if (header.isTransactional && !isVerified && !this.isInTransaction(header)) {
      return refuse('INVALID_TXN_STATE', 'the partition is not part of an open transaction of this producer');
    }
    if (verdict.kind === 'stale-epoch') return refuse('INVALID_PRODUCER_EPOCH', verdict.reason);
    const early = this.verifications.problem(header, state !== undefined);
    if (early !== undefined) return refuse('OUT_OF_ORDER_SEQUENCE_NUMBER', early);
    if (verdict.kind === 'out-of-order') return refuse('OUT_OF_ORDER_SEQUENCE_NUMBER', verdict.reason);
    if (!header.isTransactional && this.transactions.firstOffsetOf(header.producerId) !== undefined) {
      return refuse('INVALID_TXN_STATE', 'a transaction of this producer is open here');
    }
    return verdict;
  }

  /** A batch was appended. Keeps the id of the header: it must not be a view of a request. */
  remember(header: RecordBatchHeader, baseOffset: number): void {
    if (!hasProducer(header)) return;
    this.#stateForWriting(header.producerId).remember(header, baseOffset, header.maxTimestamp);
    if (!header.isTransactional) return;
    this.transactions.begin(header.producerId, baseOffset);
    this.verifications.forget(header.producerId);
  }

  /** A marker was appended. */
  endTransaction(end: TransactionEnd, markerOffset: number, nowMs: number): void {
    const { producerId, epoch, committed, coordinatorEpoch } = end;
    this.transactions.end(producerId, markerOffset, committed);
    this.#stateForWriting(producerId).endTransaction(epoch, coordinatorEpoch, nowMs);
    this.verifications.forget(producerId);
  }

  /** Whether the producer has written here in a transaction of this epoch that is still open. */
  isInTransaction({ producerId, producerEpoch }: RecordBatchHeader): boolean {
    const isOpen = this.transactions.firstOffsetOf(producerId) !== undefined;
    return isOpen && this.#stateOf(producerId)?.epoch === producerEpoch;
  }

  /** Whether a later epoch of the producer is known here. */
  isStale({ producerId, producerEpoch }: RecordBatchHeader): boolean {
    return producerEpoch < (this.#stateOf(producerId)?.epoch ?? producerEpoch);
  }

  /** Forgets who has not written since; an open transaction keeps its producer. */
  expire(untilMs: number): void {
    this.verifications.expire(untilMs);
    for (const [key, { lastTimestamp }] of this.#states) {
      const isOpen = this.transactions.firstOffsetOf(Buffer.from(key, 'hex')) !== undefined;
      if (lastTimestamp <= untilMs && !isOpen) this.#states.delete(key);
    }
  }

  /** Forgets all producers; what is known of transactions stays. */
  forget(): void {
    this.#states.clear();
  }

  /** Reads everything from the log again. */
  rebuild(batches: Iterable<StoredBatch>): void {
    this.#states.clear();
    this.transactions.clear();
    for (const { bytes, header, baseOffset } of batches) {
      if (header.isControl) this.endTransaction(readMarker(bytes, header), baseOffset, header.maxTimestamp);
      else this.remember(header, baseOffset);
    }
  }

  #stateOf(producerId: ProducerId): ProducerState | undefined {
    return this.#states.get(producerIdKey(producerId));
  }

  #stateForWriting(producerId: ProducerId): ProducerState {
    const key = producerIdKey(producerId);
    const state = this.#states.get(key) ?? new ProducerState();
    this.#states.set(key, state);
    return state;
  }
}
