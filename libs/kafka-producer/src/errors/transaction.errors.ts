import { KafkaProducerError } from './kafka-producer.error.js';

/** The propagation that was asked for does not fit the unit that is, or is not, there. Nothing was done. */
export class PropagationError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_PROPAGATION';
  declare readonly code: typeof PropagationError.code;

  /** @param context.remedy a sentence, where this case has a better one than the table */
  constructor(context: { reason: string; remedy?: string; cause?: unknown }) {
    super(context.reason, { cause: context.cause, remedy: context.remedy });
  }
}

/**
 * Why nothing of a unit was committed.
 *
 * rollback-only: something inside it failed, or was marked by a joined method · timeout: its own deadline or `commitTimeoutMs` · rejected: brokers refuse
 * one of its records or offsets · predecessor-failed: a unit before it in its chain of offsets failed · marked: `markRollbackOnly()` · cancelled: its
 * signal, `abort()`, or the producer was closed.
 */
export type AbortReason = 'rollback-only' | 'timeout' | 'rejected' | 'predecessor-failed' | 'marked' | 'cancelled';

/** The unit's work succeeded and the unit was not committed: nothing of it will ever be seen by `read_committed` consumers. */
export class TransactionAbortedError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_TRANSACTION_ABORTED';
  declare readonly code: typeof TransactionAbortedError.code;

  readonly reason: AbortReason;
  /** Names of the producers whose units in the same method had committed before: those are not undone. */
  readonly committed: readonly string[];

  /** @param context.detail a clause with values: what exactly happened */
  constructor(context: { reason: AbortReason; detail: string; committed?: readonly string[]; cause?: unknown }) {
    const { reason, detail, committed = [], cause } = context;
    const before = committed.length === 0 ? '' : `; already committed: the unit of producer ${committed.join(', ')}`;
    super(`The transaction was aborted (${reason}): ${detail}${before}`, { cause });
    this.reason = reason;
    this.committed = committed;
  }
}

/** Something was asked of a unit that has ended. A record of it was not sent. */
export class TransactionEndedError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_TRANSACTION_ENDED';
  declare readonly code: typeof TransactionEndedError.code;

  /** What had become of the unit when it was asked. */
  readonly state: string;

  /** @param context.operation what was asked, as it is written: `send()` */
  constructor(context: { operation: string; state: string; cause?: unknown }) {
    const { operation, state, cause } = context;
    super(`${operation} was called in a transaction that is ${state}`, { cause });
    this.state = state;
  }
}

/** EndTxn was sent and no answer could be had within `commitTimeoutMs`: the unit may be committed or aborted, as a whole. */
export class TransactionOutcomeUnknownError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN';
  declare readonly code: typeof TransactionOutcomeUnknownError.code;

  readonly transactionalId: string;

  /** @param context.detail a clause: why it cannot be known */
  constructor(context: { transactionalId: string; detail: string; cause?: unknown }) {
    const { transactionalId, detail, cause } = context;
    super(`Whether the transaction of '${transactionalId}' was committed is not known: ${detail}`, { cause });
    this.transactionalId = transactionalId;
  }
}

/** Another process uses our `transactional.id`: the brokers take nothing from this one any more. */
export class ProducerFencedError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_FENCED';
  declare readonly code: typeof ProducerFencedError.code;

  readonly transactionalId: string;

  constructor(context: { transactionalId: string; cause?: unknown }) {
    const { transactionalId, cause } = context;
    super(`Another process uses the transactional.id '${transactionalId}', and the brokers have fenced this one`, {
      cause,
    });
    this.transactionalId = transactionalId;
  }
}

/** No streaming producer became free within `acquireTimeoutMs`, or none ever could. */
export class PoolExhaustedError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_POOL_EXHAUSTED';
  declare readonly code: typeof PoolExhaustedError.code;

  readonly maxStreamingProducers: number;
  readonly waitedMs: number;
  /** All of them are held by units around this one, which would wait for itself. */
  readonly heldByAncestor: boolean;

  constructor(context: { maxStreamingProducers: number; waitedMs: number; heldByAncestor: boolean; cause?: unknown }) {
    const { maxStreamingProducers, waitedMs, heldByAncestor, cause } = context;
    super(
      heldByAncestor
        ? `All ${maxStreamingProducers} streaming producers are held, some of them by transactions around this one, which would wait for itself`
        : `None of the ${maxStreamingProducers} streaming producers became free within ${Math.round(waitedMs)} ms`,
      { cause },
    );
    this.maxStreamingProducers = maxStreamingProducers;
    this.waitedMs = waitedMs;
    this.heldByAncestor = heldByAncestor;
  }
}
