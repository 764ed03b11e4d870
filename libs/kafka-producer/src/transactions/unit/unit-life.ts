import { sentenceOf } from '../../errors/describe-value.js';
import { TransactionAbortedError, TransactionEndedError, type AbortReason } from '../../errors/transaction.errors.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { CommittableUnit } from '../committer/committable-unit.js';
import type { TransactionOutcome, TransactionState } from '../transaction.js';
import type { ConsumedOffsets } from './consumed-offsets.js';
import { RollbackMark } from './rollback-mark.js';
import { MemoryAccount } from './staged-memory.js';
import type { StagedRecord } from './staged-record.js';
import { StagedWork } from './staged-work.js';
import { UnitExpiry } from './unit-expiry.js';
import { UnitHooks } from './unit-hooks.js';
import type { UnitSettings } from './unit-of-work.js';
import type { UnitParts } from './unit-parts.js';
import { UnitStaging } from './unit-staging.js';
import { UnitStreaming, type StreamingOwner } from './unit-streaming.js';
import { hasEnded, transition } from './unit-state.js';

/**
 * How a unit comes to its end: by its owner's `commit()` or `abort()`, from outside while its work runs, or by what the committer decides.
 *
 * What the committer and the brokers see of a unit is this.
 */
export class UnitLife implements CommittableUnit, StreamingOwner {
  readonly work = new StagedWork();
  readonly rollback = new RollbackMark();
  readonly staging: UnitStaging;
  readonly stream: UnitStreaming;
  readonly expiry: UnitExpiry;
  readonly account: MemoryAccount;
  readonly #parts: UnitParts;
  readonly #settings: UnitSettings;
  #state: TransactionState = 'open';
  /** Its owner has asked for the commit: records of before are still on their way. */
  #isCommitting = false;
  #hooks: UnitHooks | undefined;
  #metadata: () => readonly RecordMetadata[] = () => [];
  /** Why it ended without a commit. */
  #error: Error | undefined;
  readonly #onEnd: (() => void)[] = [];
  readonly #ended: () => void;

  /** @param ended called once, when it has its outcome */
  constructor(settings: UnitSettings, parts: UnitParts, account: MemoryAccount, ended: () => void) {
    this.#settings = settings;
    this.#parts = parts;
    this.#ended = ended;
    this.account = account;
    this.stream = new UnitStreaming(settings, parts, this);
    this.staging = new UnitStaging(parts, this.work, {
      account,
      streaming: this.stream,
      assertOpen: () => this.assertTakesRecords('send()'),
      failed: (error) => this.#sendFailed(error),
    });
    this.expiry = new UnitExpiry(settings, parts, (context) => this.expire(context));
    this.expiry.start();
  }

  get state(): TransactionState {
    return this.#state;
  }

  get takesRecords(): boolean {
    return this.#state === 'open' || this.#state === 'streaming';
  }

  get records(): readonly StagedRecord[] {
    return this.work.records;
  }

  get offsets(): readonly ConsumedOffsets[] {
    return this.work.offsets;
  }

  get sizeBytes(): number {
    return this.work.sizeBytes;
  }

  /** @throws TransactionEndedError */
  hooks(operation: string): UnitHooks {
    this.assertTakesRecords(operation);
    this.#hooks ??= new UnitHooks();
    return this.#hooks;
  }

  async results(): Promise<RecordMetadata[]> {
    if (!hasEnded(this.#state)) await this.untilEnded();
    if (this.#error !== undefined) throw this.#error;
    return [...this.#metadata()];
  }

  async commit(): Promise<void> {
    if (!this.takesRecords || this.#isCommitting) throw this.#notAgain();
    this.#isCommitting = true;
    try {
      // Until nothing is left that was called before the end. From here to the new state nothing may be awaited.
      while (this.takesRecords && this.#hasWork) {
        await this.untilStaged();
        await this.stream.untilFirst();
        if (this.#hasBeforeCommit) await this.#nextBeforeCommit();
      }
    } catch (error) {
      await this.abort('rollback-only', error);
      throw error;
    }
    if (!this.takesRecords) throw this.#notAgain();
    const { mark } = this.rollback;
    if (mark !== undefined) this.#abortWith(new TransactionAbortedError(mark));
    else if (this.stream.isActive) await this.stream.commit();
    else if (this.work.isEmpty) this.#become('committed');
    else await this.#submit();
    await this.#runHooks();
    if (this.#error !== undefined) throw this.#error;
  }

  async abort(reason: AbortReason, cause?: unknown): Promise<void> {
    if (!this.takesRecords) return;
    const detail = cause === undefined ? 'abort() was called' : sentenceOf(cause);
    this.#abortWith(new TransactionAbortedError({ reason, detail, cause }), cause);
    await this.#runHooks(cause);
  }

  /** From outside: acts while the unit has joined no group. */
  expire(context: { reason: AbortReason; detail: string }): void {
    if (this.#state === 'queued' && !this.#parts.committer.withdraw(this)) return;
    const wasWorking = this.takesRecords;
    if (!wasWorking && this.#state !== 'queued') return;
    const error = new TransactionAbortedError(context);
    this.#abortWith(error);
    if (!wasWorking) return; // commit() is waiting, and runs the hooks
    this.#settings.onExpired?.(error);
    void this.#runHooks();
  }

  joined(): void {
    this.#state = transition(this.#state, 'committing');
    this.expiry.stop();
  }

  streaming(): void {
    this.#state = transition(this.#state, 'streaming');
  }

  committed(metadata: readonly RecordMetadata[]): void {
    this.streamed(() => metadata);
  }

  streamed(metadata: () => readonly RecordMetadata[]): void {
    this.#metadata = metadata;
    this.#become('committed');
  }

  aborted(error: Error): void {
    this.#error = error;
    this.#become('aborted');
  }

  unknown(error: Error): void {
    this.#error = error;
    this.#become('unknown');
  }

  predecessorFailed(error: Error): void {
    this.rollback.set('predecessor-failed', sentenceOf(error), error);
  }

  /** Resolves when all sends that were called are staged or have failed, or when the unit has ended. */
  async untilStaged(): Promise<void> {
    const { pending } = this.staging;
    if (pending === undefined || !this.takesRecords) return;
    await Promise.race([pending, this.untilEnded()]);
    return this.untilStaged();
  }

  /** @throws TransactionEndedError */
  assertTakesRecords(operation: string): void {
    if (!this.takesRecords) throw new TransactionEndedError({ operation, state: this.#state, cause: this.#error });
  }

  /** What such a hook commits elsewhere must not be committed for a unit that can only be aborted. */
  get #hasBeforeCommit(): boolean {
    return this.#hooks?.hasBeforeCommit === true && this.rollback.mark === undefined;
  }

  /** A hook that hangs is given up with the unit; what it throws then is too late to abort it. */
  async #nextBeforeCommit(): Promise<void> {
    const running = this.#hooks?.nextBeforeCommit();
    if (running === undefined) return;
    await Promise.race([running, this.untilEnded()]);
    if (!this.takesRecords) running.catch((error: unknown) => this.#parts.hookFailed('beforeCommit', error));
  }

  untilEnded(): Promise<void> {
    return new Promise((resolve) => this.#onEnd.push(resolve));
  }

  /** Something is to be awaited before the commit. */
  get #hasWork(): boolean {
    return this.staging.pending !== undefined || this.#hasBeforeCommit || this.stream.untilFirst() !== undefined;
  }

  #notAgain(): Error {
    const state = this.takesRecords ? 'committing' : this.#state;
    return this.#error ?? new TransactionEndedError({ operation: 'commit()', state });
  }

  #sendFailed(error: unknown): void {
    if (!this.takesRecords) return;
    this.rollback.set('rollback-only', `a record of it could not be sent: ${sentenceOf(error)}`, error);
  }

  #submit(): Promise<void> {
    this.#state = transition(this.#state, 'queued');
    const end = this.untilEnded();
    this.#parts.committer.submit(this);
    return end;
  }

  #abortWith(error: TransactionAbortedError, cause: unknown = error): void {
    this.#error = error;
    if (this.work.offsets.length > 0 && this.takesRecords) this.#parts.committer.dropOffsets(this);
    this.expiry.abort(cause);
    this.#become('aborted');
  }

  #become(outcome: TransactionOutcome): void {
    this.#state = transition(this.#state, outcome);
    this.#parts.memory.cancelAll(this.account);
    this.expiry.stop();
    if (outcome === 'committed') this.staging.committed(this.#metadata);
    else {
      this.expiry.abort(this.#error);
      void this.stream.abort();
      this.staging.failed(this.#error);
    }
    for (const resolve of this.#onEnd.splice(0)) resolve();
    this.#ended();
  }

  /** In the async context of whoever ended the unit, minus the unit. */
  async #runHooks(reason: unknown = this.#error): Promise<void> {
    const hooks = this.#hooks;
    if (hooks === undefined) return;
    this.#hooks = undefined;
    const { hookFailed, outside } = this.#parts;
    await outside(() => hooks.ended(this.#state, this.#metadata(), reason, hookFailed));
  }
}
