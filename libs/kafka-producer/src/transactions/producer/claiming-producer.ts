import type { Clock } from '../../support/clock.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import type { StagedRecord } from '../unit/staged-record.js';
import { NoAnswerError } from './coordinator-requests.js';
import type { InstanceClaim } from './instance-claim.js';
import type { AppendOutcome, EndOutcome, OffsetsOutcome, TransactionalProducer } from './transactional-producer.js';
import { Waits } from './waits.js';

/** The producer of slot 0. Between its transactions it tells whether the id is still ours. */
export class ClaimingProducer implements TransactionalProducer, InstanceClaim {
  readonly #own: TransactionalProducer;
  readonly #waits: Waits;
  #isDoubted = true;
  /** From `begin()` to `end()`. Never rejects. */
  #turn: Promise<void> | undefined;
  #endTurn: () => void = () => {};

  constructor(own: TransactionalProducer, clock: Clock) {
    this.#own = own;
    this.#waits = new Waits(clock);
  }

  get transactionalId(): string {
    return this.#own.transactionalId;
  }

  async assertOurs(deadlineMs: number): Promise<void> {
    if (!this.#isDoubted) return;
    await this.begin(deadlineMs);
    await this.end('abort', deadlineMs);
  }

  doubt(): void {
    this.#isDoubted = true;
    this.#own.renew();
  }

  allow(transactionTimeoutMs: number): void {
    this.#own.allow(transactionTimeoutMs);
  }

  renew(): void {
    this.#own.renew();
  }

  async begin(deadlineMs: number): Promise<void> {
    await this.#takeTurn(deadlineMs);
    const wasDoubted = this.#isDoubted;
    this.#isDoubted = false;
    try {
      await this.#own.begin(deadlineMs);
    } catch (error) {
      this.#isDoubted ||= wasDoubted;
      this.#endTurn();
      throw error;
    }
  }

  append(records: readonly StagedRecord[], deadlineMs: number): Promise<readonly AppendOutcome[]> {
    return this.#own.append(records, deadlineMs);
  }

  giveUp(): void {
    this.#own.giveUp();
  }

  sendOffsets(offsets: readonly ConsumedOffsets[], deadlineMs: number): Promise<readonly OffsetsOutcome[]> {
    return this.#own.sendOffsets(offsets, deadlineMs);
  }

  async end(verdict: 'commit' | 'abort', deadlineMs: number): Promise<EndOutcome> {
    const outcome = await this.#own.end(verdict, deadlineMs);
    if (outcome.kind === 'fenced') this.#isDoubted = true;
    this.#endTurn();
    return outcome;
  }

  settled(): Promise<void> {
    return this.#own.settled();
  }

  close(): Promise<void> {
    this.#waits.end();
    return this.#own.close();
  }

  async #takeTurn(deadlineMs: number): Promise<void> {
    while (this.#turn !== undefined) {
      if ((await this.#waits.within(this.#turn, deadlineMs)) !== undefined) continue;
      throw new NoAnswerError(`EndTxn of transactional id '${this.transactionalId}'`, true, undefined, undefined);
    }
    this.#turn = new Promise((resolve) => {
      this.#endTurn = () => {
        this.#turn = undefined;
        resolve();
      };
    });
  }
}
