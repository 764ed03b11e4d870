import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import type { ConsumedOffsets } from './unit/consumed-offsets.js';

/**
 * The life of a unit.
 *
 * open: takes records into memory · streaming: takes records, which flow to the broker as they come · queued: its work is done, it waits for a group, and
 * can still be withdrawn · committing: part of a group · committed, aborted, unknown: ended · none: the
 * propagation started no unit, records are sent one by one.
 */
export type TransactionState =
  'none' | 'open' | 'streaming' | 'queued' | 'committing' | 'committed' | 'aborted' | 'unknown';

/** What became of a unit. */
export type TransactionOutcome = 'committed' | 'aborted' | 'unknown';

/** A unit of work: all of its records and offsets become visible to `read_committed` consumers, or none. */
export interface Transaction {
  readonly state: TransactionState;
  /** Aborted when the deadline is over, the caller's own signal is, or the unit was aborted: hand it to what the work waits for. */
  readonly signal: AbortSignal;
  /** When `timeoutMs` is over. Acts until the work is done. */
  readonly deadline: Date;

  /**
   * Resolves when the record is staged: serialised, checked, its partition chosen. Its metadata has no offset before the commit; see `results()`.
   *
   * @throws what `KafkaProducerService.send()` throws before a record is in a batch
   * @throws TransactionEndedError when the unit takes no more records
   */
  send(record: ProducerRecord): Promise<RecordMetadata>;
  /** All of them or none. In their order. */
  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]>;
  /**
   * Commits consumed offsets with the records.
   *
   * @throws TransactionAbortedError never; InvalidRecordError for an offset that is none, or not above the last one of its (group, partition)
   */
  sendOffsets(offsets: ConsumedOffsets): Promise<void>;

  /** From here on the unit can only be aborted. The first reason counts. */
  markRollbackOnly(reason?: string): void;
  /** When the work fails its records are dropped, and only they; its error is thrown on. */
  savepoint<T>(work: () => Promise<T>): Promise<T>;

  /** Awaited before the commit, in the order given; a failure aborts. May send. */
  beforeCommit(hook: () => unknown): void;
  /** With the metadata of all records, offsets included. A failure is logged: the unit is committed. */
  afterCommit(hook: (metadata: readonly RecordMetadata[]) => unknown): void;
  afterAbort(hook: (reason: unknown) => unknown): void;
  /** After the two above, and when the outcome is unknown. */
  afterCompletion(hook: (outcome: TransactionOutcome) => unknown): void;
  /** Of all records in the order of the sends, with offsets: resolves with the commit, rejects when there is none. */
  results(): Promise<RecordMetadata[]>;
}

/** A unit whose end the caller decides. `await using` aborts what was not committed. */
export interface ExplicitTransaction extends Transaction, AsyncDisposable {
  /**
   * @throws TransactionAbortedError nothing was committed
   * @throws TransactionOutcomeUnknownError it is not known whether it was
   * @throws ProducerFencedError another process uses our `transactional.id`
   */
  commit(): Promise<void>;
  /** Does nothing when the unit has ended. */
  abort(reason?: unknown): Promise<void>;
  /** Makes this unit the current one of what runs inside. Does not end it. */
  run<T>(work: () => Promise<T>): Promise<T>;
}
