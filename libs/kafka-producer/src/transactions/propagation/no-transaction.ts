import { PropagationError } from '../../errors/transaction.errors.js';
import type { ProducerRecord } from '../../record/producer-record.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { Transaction } from '../transaction.js';

/** Sends records by themselves. */
export interface PlainSends {
  send(record: ProducerRecord): Promise<RecordMetadata>;
  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]>;
}

/** What the work of `transaction()` is given where its propagation starts none: it may send, and nothing of it is undone. */
export class NoTransaction implements Transaction {
  readonly state = 'none';
  readonly signal: AbortSignal = new AbortController().signal;
  /** Never. */
  readonly deadline = new Date(8.64e15);
  readonly #plain: PlainSends;

  constructor(plain: PlainSends) {
    this.#plain = plain;
  }

  send(record: ProducerRecord): Promise<RecordMetadata> {
    return this.#plain.send(record);
  }

  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    return this.#plain.sendAll(records);
  }

  sendOffsets(): Promise<void> {
    return Promise.reject(none('sendOffsets()'));
  }

  markRollbackOnly(): void {
    throw none('markRollbackOnly()');
  }

  savepoint(): Promise<never> {
    return Promise.reject(none('savepoint()'));
  }

  beforeCommit(): void {
    throw none('beforeCommit()');
  }

  afterCommit(): void {
    throw none('afterCommit()');
  }

  afterAbort(): void {
    throw none('afterAbort()');
  }

  afterCompletion(): void {
    throw none('afterCompletion()');
  }

  results(): Promise<never> {
    return Promise.reject(none('results()'));
  }
}

function none(operation: string): PropagationError {
  return new PropagationError({
    reason: `${operation} was called where the propagation started no transaction`,
    remedy: "Look at the transaction's state, which is 'none' there, or ask for another propagation.",
  });
}
