import { sentenceOf } from '../../errors/describe-value.js';
import type { AbortReason } from '../../errors/transaction.errors.js';
import type { Delivery } from '../../record/delivery.js';
import type { ProducerRecord } from '../../record/producer-record.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { TransactionOutcome, TransactionState } from '../transaction.js';
import { assertOffsets } from './assert-offsets.js';
import type { ConsumedOffsets } from './consumed-offsets.js';
import { MemoryAccount } from './staged-memory.js';
import type { StagedRecord } from './staged-record.js';
import type { StagedMark } from './staged-work.js';
import { heard, UnitDelivery } from './unit-delivery.js';
import { UnitLife } from './unit-life.js';
import type { UnitOfWork, UnitSettings } from './unit-of-work.js';
import type { UnitParts } from './unit-parts.js';
import { hasEnded } from './unit-state.js';

/**
 * READ FIRST in this folder. A unit of work as its users see it: `send()` stages, and its life (`UnitLife`) ends with everything handed to the committer, or
 * dropped.
 *
 * Nothing of it reaches a broker before its work is done, unless it streams. A call that was made before the end belongs to the unit although its record takes time; one that
 * fails leaves a unit that can only be aborted, because nobody can tell whether its caller has seen to it. Inside a savepoint only that is lost.
 */
export class TransactionUnit implements UnitOfWork {
  readonly parent: UnitOfWork | undefined;
  readonly #life: UnitLife;
  readonly #parts: UnitParts;

  constructor(settings: UnitSettings, parts: UnitParts) {
    const { parent } = settings;
    this.parent = parent;
    this.#parts = parts;
    const account = new MemoryAccount(parent instanceof TransactionUnit ? parent.#life.account : undefined);
    this.#life = new UnitLife(settings, parts, account, () => parts.ended(this));
  }

  get state(): TransactionState {
    return this.#life.state;
  }

  get deadline(): Date {
    return this.#life.expiry.deadline;
  }

  get signal(): AbortSignal {
    return this.#life.expiry.signal;
  }

  get rollbackOnly(): UnitOfWork['rollbackOnly'] {
    return this.#life.rollback.mark;
  }

  send(record: ProducerRecord): Promise<RecordMetadata> {
    return heard(this.#stage(record, 'send()').then(({ metadata }) => metadata));
  }

  enqueue(record: ProducerRecord): Promise<Delivery> {
    const ofEnd = async (staged: StagedRecord): Promise<RecordMetadata> => {
      const all = await this.results();
      return all[staged.position] ?? staged.metadata;
    };
    const staged = this.#stage(record, 'enqueue()');
    return heard(staged.then((it) => new UnitDelivery(() => heard(ofEnd(it)))));
  }

  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    const stageAll = async (): Promise<StagedRecord[]> => {
      this.#life.assertTakesRecords('sendAll()');
      return this.#life.staging.stageAll(records);
    };
    return heard(stageAll().then((staged) => staged.map(({ metadata }) => metadata)));
  }

  sendOffsets(offsets: ConsumedOffsets): Promise<void> {
    const stage = async (): Promise<void> => {
      this.#life.assertTakesRecords('sendOffsets()');
      assertOffsets(offsets);
      const kept = structuredClone(offsets);
      this.#parts.committer.stageOffsets(this.#life, kept);
      this.#life.work.offsets.push(kept);
    };
    return heard(stage());
  }

  markRollbackOnly(reason = 'markRollbackOnly() was called'): void {
    this.#life.assertTakesRecords('markRollbackOnly()');
    this.#life.rollback.set('marked', reason);
  }

  failedInside(error: unknown): void {
    if (!this.#life.takesRecords) return;
    this.#life.rollback.set('rollback-only', `a method inside it failed: ${sentenceOf(error)}`, error);
  }

  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    const life = this.#life;
    life.assertTakesRecords('savepoint()');
    await life.untilStaged();
    const mark = life.work.mark();
    const before = life.rollback.mark;
    try {
      const result = await work();
      await life.untilStaged();
      return result;
    } catch (error) {
      await life.untilStaged();
      if (life.stream.isActive) life.rollback.set('rollback-only', cannotRewind(error), error);
      else if (life.takesRecords) this.#rewind(mark, before, error);
      throw error;
    }
  }

  beforeCommit(hook: () => unknown): void {
    this.#life.hooks('beforeCommit()').add('beforeCommit', hook);
  }

  afterCommit(hook: (metadata: readonly RecordMetadata[]) => unknown): void {
    this.#life.hooks('afterCommit()').add('afterCommit', hook);
  }

  afterAbort(hook: (reason: unknown) => unknown): void {
    this.#life.hooks('afterAbort()').add('afterAbort', hook);
  }

  afterCompletion(hook: (outcome: TransactionOutcome) => unknown): void {
    this.#life.hooks('afterCompletion()').add('afterCompletion', hook);
  }

  results(): Promise<RecordMetadata[]> {
    return heard(this.#life.results());
  }

  /** Waits for a producer of its own. @throws PoolExhaustedError; what ended the unit meanwhile */
  async stream(): Promise<void> {
    try {
      await this.#life.stream.begin();
    } catch (error) {
      if (hasEnded(this.state)) await this.results();
      await this.abort('cancelled', error);
      throw error;
    }
  }

  commit(): Promise<void> {
    return this.#life.commit();
  }

  abort(reason: AbortReason, cause?: unknown): Promise<void> {
    return this.#life.abort(reason, cause);
  }

  /** The producer ends. */
  cancel(detail: string): void {
    this.#life.expire({ reason: 'cancelled', detail });
  }

  async #stage(record: ProducerRecord, operation: string): Promise<StagedRecord> {
    this.#life.assertTakesRecords(operation);
    return this.#life.staging.stage(record);
  }

  #rewind(mark: StagedMark, before: UnitOfWork['rollbackOnly'], error: unknown): void {
    const life = this.#life;
    const hadOffsets = life.offsets.length > mark.offsets;
    life.staging.rewind(mark, error);
    life.rollback.undo(before);
    if (!hadOffsets) return;
    const { committer } = this.#parts;
    committer.dropOffsets(life);
    for (const offsets of life.offsets) committer.stageOffsets(life, offsets);
  }
}

function cannotRewind(error: unknown): string {
  return `a savepoint of it failed, which cannot be undone by itself because the unit streams, and its records are at the broker: ${sentenceOf(error)}`;
}
