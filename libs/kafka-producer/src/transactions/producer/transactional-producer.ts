import type { RecordMetadata } from '../../record/record-metadata.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import type { StagedRecord } from '../unit/staged-record.js';

/** What became of one record of a transaction that is open. */
export type AppendOutcome =
  | { readonly kind: 'appended'; readonly metadata: RecordMetadata }
  | {
      readonly kind: 'refused';
      /** Kafka's code: what the culprit table is asked for. */
      readonly errorCode: number;
      /** As the record's caller would be told outside a transaction. */
      readonly error: Error;
      /** The broker named this very record (KIP-467), or it was alone in its batch. False for those it shared a batch with, and where the broker named none. */
      readonly isNamed: boolean;
      /** Number of the batch it was sent in, unique within the transaction: those of one batch share their suspicion. */
      readonly batch: number;
    }
  /** No answer until the deadline: its partition is sick. It may have been appended: the transaction has to be aborted. */
  | { readonly kind: 'unanswered'; readonly error: Error };

/** What became of one call of `sendOffsets()`, in the order given. */
export type OffsetsOutcome =
  | { readonly kind: 'accepted' }
  /** The transaction has to be aborted: committing it would move no offset. */
  | { readonly kind: 'refused'; readonly errorCode: number; readonly error: Error }
  | { readonly kind: 'unanswered'; readonly error: Error };

export type EndOutcome =
  | { readonly kind: 'committed' }
  /** For a commit: it was aborted instead, by the broker's time-out or somebody else's; nobody of the transaction is to blame. */
  | { readonly kind: 'aborted' }
  | { readonly kind: 'fenced'; readonly error: Error }
  /** No answer until the deadline. It is asked on in the background; `settled` tells, and never rejects. The producer begins nothing before. */
  | {
      readonly kind: 'unknown';
      readonly error: Error;
      readonly settled: Promise<'committed' | 'aborted' | 'unknown'>;
    };

/**
 * One `transactional.id`: one open transaction at a time.
 *
 * Knows the protocol (TV1 and TV2, epochs, sequences, settling of lost answers) and nothing of units and groups. Deadlines are moments of the clock, in
 * milliseconds. Calls are made one after the other: begin, then any number of appends and offsets, then end.
 */
export interface TransactionalProducer {
  readonly transactionalId: string;
  /** From the next transaction on each may be open for so long before brokers abort it; never for less than before. Unit: milliseconds. */
  allow(transactionTimeoutMs: number): void;
  /** The next `begin()` asks for a newer identity, and so learns whether the id is still ours. */
  renew(): void;
  /**
   * Makes sure that a transaction may be opened: has an identity, and the one before is settled (TRANSACTIONS rule 21). Asks no broker when both are so.
   *
   * @throws ProducerFencedError for good: this id belongs to another process
   * @throws AuthorizationError, AuthenticationError; or what kept the brokers from answering until the deadline
   */
  begin(deadlineMs: number): Promise<void>;
  /**
   * Appends records, in their order per partition. Resolves when all have an outcome; at the deadline those without one are `unanswered`. Never rejects.
   *
   * Error codes that concern the transaction itself (47, 48, 49, 90, 120) are `refused` with that code for every record concerned.
   */
  append(records: readonly StagedRecord[], deadlineMs: number): Promise<readonly AppendOutcome[]>;
  /** What is being appended and has no outcome is `unanswered` now: the transaction can only be aborted. */
  giveUp(): void;
  /** One TxnOffsetCommit per (group, generation, member); within one the last offset of a partition wins. Never rejects. */
  sendOffsets(offsets: readonly ConsumedOffsets[], deadlineMs: number): Promise<readonly OffsetsOutcome[]>;
  /**
   * Ends the transaction. Never rejects. A lost answer is settled by sending the same verdict again until the deadline.
   *
   * One in which nothing was sent asks no broker: its commit is `committed`. After an abort that has no answer `begin()` settles it first.
   */
  end(verdict: 'commit' | 'abort', deadlineMs: number): Promise<EndOutcome>;
  /** Resolves when no transaction that has ended without an answer is asked on for. Never rejects. */
  settled(): Promise<void>;
  /** Gives up what is open, without asking anybody: the broker's time-out ends it. Never rejects. */
  close(): Promise<void>;
}
