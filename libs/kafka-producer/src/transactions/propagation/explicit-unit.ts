import type { ProducerRecord } from '../../record/producer-record.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { ExplicitTransaction, TransactionOutcome, TransactionState } from '../transaction.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import type { UnitOfWork } from '../unit/unit-of-work.js';

/** The unit of `beginTransaction()`: its caller ends it, and it is nobody's current one unless in `run()`. */
export class ExplicitUnit implements ExplicitTransaction {
  readonly #unit: UnitOfWork;
  readonly #enter: <T>(work: () => Promise<T>) => Promise<T>;

  /** @param enter runs work with this unit as the current one */
  constructor(unit: UnitOfWork, enter: <T>(work: () => Promise<T>) => Promise<T>) {
    this.#unit = unit;
    this.#enter = enter;
  }

  get state(): TransactionState {
    return this.#unit.state;
  }

  get signal(): AbortSignal {
    return this.#unit.signal;
  }

  get deadline(): Date {
    return this.#unit.deadline;
  }

  send(record: ProducerRecord): Promise<RecordMetadata> {
    return this.#unit.send(record);
  }

  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    return this.#unit.sendAll(records);
  }

  sendOffsets(offsets: ConsumedOffsets): Promise<void> {
    return this.#unit.sendOffsets(offsets);
  }

  markRollbackOnly(reason?: string): void {
    this.#unit.markRollbackOnly(reason);
  }

  savepoint<T>(work: () => Promise<T>): Promise<T> {
    return this.#unit.savepoint(work);
  }

  beforeCommit(hook: () => unknown): void {
    this.#unit.beforeCommit(hook);
  }

  afterCommit(hook: (metadata: readonly RecordMetadata[]) => unknown): void {
    this.#unit.afterCommit(hook);
  }

  afterAbort(hook: (reason: unknown) => unknown): void {
    this.#unit.afterAbort(hook);
  }

  afterCompletion(hook: (outcome: TransactionOutcome) => unknown): void {
    this.#unit.afterCompletion(hook);
  }

  results(): Promise<RecordMetadata[]> {
    return this.#unit.results();
  }

  commit(): Promise<void> {
    return this.#unit.commit();
  }

  abort(reason?: unknown): Promise<void> {
    return this.#unit.abort('cancelled', reason);
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    return this.#enter(work);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abort();
  }
}
