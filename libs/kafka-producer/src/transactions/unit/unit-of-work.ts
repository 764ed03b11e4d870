import type { AbortReason } from '../../errors/transaction.errors.js';
import type { Delivery } from '../../record/delivery.js';
import type { ProducerRecord } from '../../record/producer-record.js';
import type { Transaction } from '../transaction.js';

/** A unit as its owner holds it: whoever opened it ends it. */
export interface UnitOfWork extends Transaction {
  /** As `send()`, with a promise for what becomes of the record when the unit ends. */
  enqueue(record: ProducerRecord): Promise<Delivery>;
  /** The unit in whose work this one was opened, in the same application; a streaming unit must not wait for what its ancestors hold. */
  readonly parent: UnitOfWork | undefined;
  /** Why it can only be aborted; `undefined` while it may be committed. */
  readonly rollbackOnly: { readonly reason: AbortReason; readonly detail: string; readonly cause: unknown } | undefined;
  /** As `markRollbackOnly()`, for a joined method that failed: reason `rollback-only`, with its error as the cause. */
  failedInside(error: unknown): void;
  /**
   * Waits for sends that were called and not awaited, runs the `beforeCommit` hooks, hands the unit to the committer, runs the hooks after. Resolves when it is
   * committed. What is rollback-only is aborted instead.
   *
   * @throws TransactionAbortedError, TransactionOutcomeUnknownError, ProducerFencedError; never what a hook after the commit throws
   */
  commit(): Promise<void>;
  /** Drops everything and runs the hooks. Never rejects. Does nothing once the unit has ended or is committing. */
  abort(reason: AbortReason, cause?: unknown): Promise<void>;
}

export interface UnitSettings {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly mode: 'staged' | 'streaming';
  readonly parent: UnitOfWork | undefined;
  /** Told when the unit is ended from outside while its work runs: by its deadline, its signal, or the producer's end. Called at most once. */
  readonly onExpired?: ((error: Error) => void) | undefined;
}

/** Makes units. One per module instance. */
export interface UnitFactory {
  /** Waits for nothing in staged mode; in streaming mode for a producer of the pool. @throws ProducerClosedError, PoolExhaustedError */
  open(settings: UnitSettings): Promise<UnitOfWork>;
}
