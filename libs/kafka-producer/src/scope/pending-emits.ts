import { BatchDeliveryError } from '../errors/delivery.errors.js';
import { isKafkaProducerError } from '../errors/is-kafka-producer-error.js';
import type { RecordMetadata } from '../record/record-metadata.js';

/** Records of one call that a scope waits for. */
export interface ScopedEmit {
  /** Of the first of them. */
  readonly topic: string;
  readonly recordCount: number;
  readonly sent: PromiseLike<unknown>;
}

/** What nobody is told whose request it was. */
export interface FailedEmit extends Omit<ScopedEmit, 'sent'> {
  readonly error: unknown;
}

export type UnheardEmit = (failed: FailedEmit) => void;

const NONE: readonly FailedEmit[] = [];

/** It takes emits while it is open, and none before or after that. */
type Stage = 'coming' | 'open' | 'over';

/**
 * What a scope has sent and waits for.
 *
 * Every promise is heard from the moment it is added, so none can become an unhandled rejection. What was delivered is forgotten at once: a scope that lives
 * long holds what is under way, and what failed.
 */
export class PendingEmits {
  readonly #unheard: UnheardEmit;
  /** None, for most of them. */
  #failed: FailedEmit[] | undefined;
  #underWay = 0;
  #stage: Stage;
  /** Somebody will ask what failed. */
  #isHeld: boolean;
  #drained: (() => void) | undefined;
  #draining: Promise<void> | undefined;

  /**
   * @param isHeld false while it is not certain that somebody will settle it: failures are told at once then, and kept all the same
   * @param stage `'coming'` until it is opened
   */
  constructor(unheard: UnheardEmit, isHeld = true, stage: Stage = 'open') {
    this.#unheard = unheard;
    this.#isHeld = isHeld;
    this.#stage = stage;
  }

  /** Takes more. One that does not is over, or has not begun: what runs in its async context waits for its own records. */
  get isOpen(): boolean {
    return this.#stage === 'open';
  }

  /** Took what it takes, and will take no more. */
  get isOver(): boolean {
    return this.#stage === 'over';
  }

  /** Nothing to wait for, nothing to tell. */
  get isIdle(): boolean {
    return this.#underWay === 0 && this.#failed === undefined;
  }

  /** Somebody will settle it. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  open(): void {
    this.#stage = 'open';
  }

  /** From now on. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Something is about to be added. Whoever says so says {@link expectNoMore} too. */
  expect(): void {
    this.#underWay++;
  }

  /** It was added, or will not be. */
  expectNoMore(): void {
    this.#landed();
  }

  add({ topic, recordCount, sent }: ScopedEmit): void {
    this.#underWay++;
    sent.then(
      () => this.#landed(),
      (error: unknown) => {
        this.#fail({ topic, recordCount, error });
        this.#landed();
      },
    );
  }

  /**
   * Resolves when all that was added is acknowledged, also what is added meanwhile.
   *
   * @throws the error of the only emit that failed, else `BatchDeliveryError` with the records of all that did
   */
  async settle(): Promise<void> {
    while (this.#underWay > 0) await this.#drain();
    const failed = this.#takeFailed();
    if (failed.length > 0) throw failureOf(failed);
  }

  /** The same for a request that has failed already: what else did is not lost. Never rejects. */
  async settleUnheard(): Promise<void> {
    while (this.#underWay > 0) await this.#drain();
    for (const failed of this.#takeFailed()) this.#unheard(failed);
  }

  /** What is still under way is waited for by nobody; if it fails that is told to the log and the channel. */
  close(): void {
    this.#stage = 'over';
    for (const failed of this.#takeFailed()) this.#unheard(failed);
  }

  #fail(failed: FailedEmit): void {
    if (!this.isOpen || !this.#isHeld) this.#unheard(failed);
    if (this.isOpen) (this.#failed ??= []).push(failed);
  }

  #takeFailed(): readonly FailedEmit[] {
    const failed = this.#failed;
    if (failed === undefined) return NONE;
    this.#failed = undefined;
    return failed;
  }

  #landed(): void {
    if (--this.#underWay > 0) return;
    this.#drained?.();
    this.#drained = this.#draining = undefined;
  }

  #drain(): Promise<void> {
    this.#draining ??= new Promise((resolve) => (this.#drained = resolve));
    return this.#draining;
  }
}

function failureOf(failed: readonly FailedEmit[]): unknown {
  if (failed.length === 1) return failed[0]!.error;
  return new BatchDeliveryError({ results: failed.flatMap(resultsOf) });
}

function resultsOf({ error, recordCount }: FailedEmit): readonly PromiseSettledResult<RecordMetadata>[] {
  if (isKafkaProducerError(error, 'KAFKA_PRODUCER_BATCH_DELIVERY')) return error.results;
  return Array.from({ length: recordCount }, () => ({ status: 'rejected', reason: error }));
}
