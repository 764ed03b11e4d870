import { sentenceOf } from '../../errors/describe-value.js';
import { isKafkaProducerError } from '../../errors/is-kafka-producer-error.js';
import type { AbortReason } from '../../errors/transaction.errors.js';
import type { Clock, TimerHandle } from '../../support/clock.js';
import { OF_THE_TRANSACTION } from '../producer/transaction-codes.js';
import type { AppendOutcome, EndOutcome } from '../producer/transactional-producer.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import type { StagedRecord } from '../unit/staged-record.js';
import { StreamedMetadata } from './streamed-metadata.js';
import type { StreamingLease } from './streaming-pool.js';

/** For the answer to an abort; nobody waits for it but the next unit that wants the producer. Unit: milliseconds. */
const ABORT_MS = 5_000;

/** Whose records flow. */
export interface StreamOwner {
  /** These need no memory any more: they are at the broker, or will never be. */
  left(records: readonly StagedRecord[]): void;
  /** The transaction can only be aborted, and is. Called at most once. */
  failed(reason: AbortReason, detail: string, cause: Error): void;
  /** Another process has the producer's id. */
  fenced(error: Error): void;
}

/**
 * The records of one streaming unit on their way: one transaction of one producer, from the lease to its end.
 *
 * What comes while an append is under way goes with the next one, so a slow broker makes large batches. A failure ends the transaction at once, so that no
 * reader waits for the unit's work to find out.
 */
export class UnitStream {
  readonly metadata = new StreamedMetadata();
  readonly #lease: StreamingLease;
  readonly #owner: StreamOwner;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  #queue: StagedRecord[] = [];
  /** Settles when all that was added is at the broker, or the stream is over. Never rejects. */
  #running: Promise<void> | undefined;
  #begin: 'not yet' | 'asked' | 'done' = 'not yet';
  /** Nothing flows any more. */
  #isOver = false;
  /** Something did not answer. */
  #isStuck = false;

  /** @param deadlineMs when the last answer is given up, as a moment of the clock */
  constructor(lease: StreamingLease, owner: StreamOwner, clock: Clock, deadlineMs: number) {
    this.#lease = lease;
    this.#owner = owner;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
  }

  /** In the order of the calls. */
  add(records: readonly StagedRecord[]): void {
    if (this.#isOver) return this.#owner.left(records);
    for (const record of records) this.#queue.push(record);
    this.#running ??= this.#run();
  }

  /**
   * Waits for all records, sends the offsets and commits.
   *
   * @returns `undefined` when the stream has failed: its owner was told
   */
  async commit(offsets: readonly ConsumedOffsets[], deadlineMs: number): Promise<EndOutcome | undefined> {
    await this.#drained(deadlineMs);
    if (!this.#isOver && offsets.length > 0) await this.#sendOffsets(offsets, deadlineMs);
    if (this.#isOver) return undefined;
    this.#isOver = true;
    const outcome = await this.#lease.producer.end('commit', deadlineMs);
    this.#giveBack(outcome);
    return outcome;
  }

  /** Nothing of it will be seen. What is under way is given up. */
  async abort(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.left(this.#queue.splice(0));
    const { producer, release, retire } = this.#lease;
    if (this.#begin === 'asked') return retire(Promise.resolve()); // nobody knows for how long
    if (this.#begin === 'not yet') return release();
    producer.giveUp();
    await this.#running;
    const outcome = await producer.end('abort', this.#clock.now() + ABORT_MS);
    // Until the markers of what does not answer are written its id begins nothing; an abort without an answer is asked on for, lest readers wait.
    if (this.#isStuck && outcome.kind === 'aborted') retire(producer.settled());
    else this.#giveBack(outcome);
  }

  async #run(): Promise<void> {
    const isOpen = await this.#open();
    while (isOpen && this.#queue.length > 0) {
      await new Promise<void>((resolve) => this.#clock.setImmediate(resolve)); // records of one turn go together
      await this.#append(this.#queue.splice(0));
    }
    this.#running = undefined;
  }

  async #append(records: readonly StagedRecord[]): Promise<void> {
    if (records.length === 0) return;
    let outcomes = await this.#lease.producer.append(records, this.#deadlineMs);
    if (this.metadata.length === 0 && outcomes.some(isOfTheTransaction))
      outcomes = (await this.#appendAgain(records)) ?? outcomes;
    this.#owner.left(records);
    for (const outcome of outcomes) {
      if (outcome.kind === 'appended') this.metadata.push(outcome.metadata);
      else return this.#fail(isOfTheTransaction(outcome) ? 'unanswered' : outcome.kind, outcome.error);
    }
  }

  /** While nothing has been let go: in another transaction, where the first was lost before it had begun. `undefined`: there is none. */
  async #appendAgain(records: readonly StagedRecord[]): Promise<readonly AppendOutcome[] | undefined> {
    const { producer } = this.#lease;
    const ended = await producer.end('abort', this.#clock.now() + ABORT_MS);
    this.#begin = 'not yet';
    if (this.#isOver || ended.kind === 'fenced' || !(await this.#open())) return undefined;
    return producer.append(records, this.#deadlineMs);
  }

  /** Before the first record: a unit that sends none asks no broker. @returns false when it failed */
  async #open(): Promise<boolean> {
    if (this.#begin === 'done') return true;
    this.#begin = 'asked';
    try {
      await this.#lease.producer.begin(this.#deadlineMs);
      this.#begin = 'done';
    } catch (error) {
      if (this.#isOver) return false;
      this.#begin = 'not yet';
      if (isKafkaProducerError(error, 'KAFKA_PRODUCER_FENCED')) this.#owner.fenced(error);
      this.#fail(isRefusal(error) ? 'refused' : 'unanswered', error as Error);
    }
    return !this.#isOver;
  }

  async #sendOffsets(offsets: readonly ConsumedOffsets[], deadlineMs: number): Promise<void> {
    if (!(await this.#open())) return;
    for (const outcome of await this.#lease.producer.sendOffsets(offsets, deadlineMs)) {
      if (outcome.kind !== 'accepted') return this.#fail(outcome.kind, outcome.error);
    }
  }

  async #drained(deadlineMs: number): Promise<void> {
    if (this.#running === undefined) return;
    let timer: TimerHandle | undefined;
    const overdue = new Promise<'overdue'>((resolve) => {
      timer = this.#clock.setTimeout(() => resolve('overdue'), deadlineMs - this.#clock.now());
    });
    const first = await Promise.race([this.#running, overdue]);
    this.#clock.clearTimeout(timer);
    if (first !== 'overdue') return;
    this.#fail('unanswered', new Error('its records had not reached the brokers when commitTimeoutMs was over'));
  }

  /** @param how refused: something of the unit is to blame; unanswered: nothing is */
  #fail(how: 'refused' | 'unanswered', error: Error): void {
    if (this.#isOver) return;
    this.#isStuck = how === 'unanswered';
    this.#owner.failed(how === 'refused' ? 'rejected' : 'timeout', sentenceOf(error), error);
    void this.abort();
  }

  #giveBack(outcome: EndOutcome): void {
    const { release, retire } = this.#lease;
    if (outcome.kind === 'unknown') return retire(outcome.settled);
    if (outcome.kind === 'fenced') {
      this.#owner.fenced(outcome.error);
      return retire(Promise.resolve());
    }
    release();
  }
}

function isOfTheTransaction(outcome: AppendOutcome): boolean {
  return outcome.kind === 'refused' && OF_THE_TRANSACTION.has(outcome.errorCode);
}

function isRefusal(error: unknown): boolean {
  return (error as { retriable?: boolean }).retriable === false;
}
