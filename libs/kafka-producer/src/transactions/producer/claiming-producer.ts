import type { Clock } from '../../support/clock.js';
import { NoAnswerError } from './coordinator-requests.js';
import type { InstanceClaim } from './instance-claim.js';
import { ProducerAround } from './producer-around.js';
import type { EndOutcome, TransactionalProducer } from './transactional-producer.js';
import { Waits } from './waits.js';

/** The producer of slot 0. Between its transactions it tells whether the id is still ours. */
export class ClaimingProducer extends ProducerAround implements InstanceClaim {
  protected readonly inner: TransactionalProducer;
  readonly #waits: Waits;
  #isDoubted = true;
  /** From `begin()` to `end()`. Never rejects. */
  #turn: Promise<void> | undefined;
  #endTurn: () => void = () => {};

  constructor(own: TransactionalProducer, clock: Clock) {
    super();
    this.inner = own;
    this.#waits = new Waits(clock);
  }

  async assertOurs(deadlineMs: number): Promise<void> {
    if (!this.#isDoubted) return;
    await this.begin(deadlineMs);
    await this.end('abort', deadlineMs);
  }

  doubt(): void {
    this.#isDoubted = true;
    this.inner.renew();
  }

  override async begin(deadlineMs: number): Promise<void> {
    await this.#takeTurn(deadlineMs);
    const wasDoubted = this.#isDoubted;
    this.#isDoubted = false;
    try {
      await this.inner.begin(deadlineMs);
    } catch (error) {
      this.#isDoubted ||= wasDoubted;
      this.#endTurn();
      throw error;
    }
  }

  override async end(verdict: 'commit' | 'abort', deadlineMs: number): Promise<EndOutcome> {
    const outcome = await this.inner.end(verdict, deadlineMs);
    if (outcome.kind === 'fenced') this.#isDoubted = true;
    this.#endTurn();
    return outcome;
  }

  override close(): Promise<void> {
    this.#waits.end();
    return super.close();
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
