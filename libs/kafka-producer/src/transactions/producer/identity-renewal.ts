import { ProducerFencedError } from '../../errors/transaction.errors.js';
import type { ProducerIdentity } from '../../sender/producer-identity.js';
import { NoAnswerError, type AskProgress } from './coordinator-requests.js';
import type { TransactionRequests } from './transaction-requests.js';
import type { TransactionalIdentity } from './transactional-identity.js';

/** States of a transaction that the coordinator has aborted, or is about to. */
const ABORTED_STATES: ReadonlySet<string> = new Set(['PrepareAbort', 'CompleteAbort']);

/**
 * Asks for another identity when the one we hold must not be used again: it is the first one, the broker has replaced it, or something sent under it may still
 * arrive and would meet the next transaction.
 */
export class IdentityRenewal {
  readonly #identity: TransactionalIdentity;
  readonly #requests: TransactionRequests;
  #isDue = true;
  #mayBeTimeOut = false;
  /** Of the question that takes the id from whoever has it: a copy that arrives late takes it from ourselves. */
  readonly #first: AskProgress = { wasLost: false };
  #fenced: ProducerFencedError | undefined;

  constructor(identity: TransactionalIdentity, requests: TransactionRequests) {
    this.#identity = identity;
    this.#requests = requests;
  }

  get isDue(): boolean {
    return this.#isDue;
  }

  /** For good: the id belongs to another process. */
  get fenced(): ProducerFencedError | undefined {
    return this.#fenced;
  }

  /** Before the next transaction. */
  request(): void {
    this.#isDue = true;
  }

  /** As `request()`: a transaction of ours was open when the identity was lost, or when its end got no answer. The broker's time-out may have replaced it. */
  requestAfterLoss(): void {
    this.#isDue = true;
    this.#mayBeTimeOut = true;
  }

  /** @throws ProducerFencedError; as `TransactionRequests.initProducerId()` does */
  async run(deadlineMs: number): Promise<void> {
    this.#isDue = true;
    try {
      this.#identity.replace(await this.#next(deadlineMs));
      this.#isDue = false;
      this.#mayBeTimeOut = false;
    } catch (error) {
      if (error instanceof ProducerFencedError) this.#fenced = error;
      throw error;
    }
  }

  async #next(deadlineMs: number): Promise<ProducerIdentity> {
    const { held } = this.#identity;
    if (held === undefined) return this.#requests.initProducerId(undefined, deadlineMs, this.#first);
    try {
      return await this.#requests.initProducerId(held, deadlineMs);
    } catch (error) {
      if (!(error instanceof ProducerFencedError)) throw error;
      if (this.#first.wasLost) return this.#takeBack(deadlineMs);
      const next = { producerId: held.producerId, epoch: held.epoch + 1 };
      if (!this.#mayBeTimeOut || !(await this.#hasTimedOut(next, deadlineMs))) throw error;
      // Before the answer: should that be lost, the same question again is a repeat that the coordinator knows.
      this.#identity.replace(next);
      return this.#requests.initProducerId(next, deadlineMs);
    }
  }

  /** Once for each question that was lost. A rival that came just then is fenced instead of us. */
  #takeBack(deadlineMs: number): Promise<ProducerIdentity> {
    this.#first.wasLost = false;
    return this.#requests.initProducerId(undefined, deadlineMs, this.#first);
  }

  /**
   * Level 1 refuses a producer whose transaction has timed out with the words for one that is fenced. The coordinator's own account tells them apart: to
   * end the transaction takes one epoch, and nobody is given that; a rival has the one after it. While the account cannot be had nobody is fenced: `begin()`
   * asks again.
   */
  async #hasTimedOut(next: ProducerIdentity, deadlineMs: number): Promise<boolean> {
    const known = await this.#requests.describe(deadlineMs).catch((error: unknown) => {
      if (error instanceof NoAnswerError) throw error;
    });
    return (
      known !== undefined &&
      known.producerEpoch === next.epoch &&
      Buffer.compare(known.producerId, next.producerId) === 0 &&
      ABORTED_STATES.has(known.transactionState)
    );
  }
}
