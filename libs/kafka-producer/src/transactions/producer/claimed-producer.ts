import { isKafkaProducerError } from '../../errors/is-kafka-producer-error.js';
import type { InstanceClaim } from './instance-claim.js';
import { ProducerAround } from './producer-around.js';
import type { EndOutcome, TransactionalProducer } from './transactional-producer.js';

/** The producer of another slot: it is fenced only when the claim is lost, and else takes its id back. */
export class ClaimedProducer extends ProducerAround {
  readonly #create: () => TransactionalProducer;
  readonly #claim: InstanceClaim;
  protected inner: TransactionalProducer;
  #transactionTimeoutMs: number | undefined;

  constructor(create: () => TransactionalProducer, claim: InstanceClaim) {
    super();
    this.#create = create;
    this.#claim = claim;
    this.inner = create();
  }

  override allow(transactionTimeoutMs: number): void {
    this.#transactionTimeoutMs = transactionTimeoutMs;
    super.allow(transactionTimeoutMs);
  }

  override async begin(deadlineMs: number): Promise<void> {
    await this.#claim.assertOurs(deadlineMs);
    try {
      await this.inner.begin(deadlineMs);
    } catch (error) {
      if (!isFenced(error)) throw error;
      this.#claim.doubt();
      await this.#claim.assertOurs(deadlineMs);
      this.#takeBack();
      await this.inner.begin(deadlineMs);
    }
  }

  override async end(verdict: 'commit' | 'abort', deadlineMs: number): Promise<EndOutcome> {
    const outcome = await this.inner.end(verdict, deadlineMs);
    if (outcome.kind !== 'fenced') return outcome;
    this.#claim.doubt();
    try {
      await this.#claim.assertOurs(deadlineMs);
    } catch (error) {
      if (isFenced(error)) return { kind: 'fenced', error };
      // Not known yet: the next `begin()` asks again, before the id is.
    }
    this.#takeBack();
    return { kind: 'aborted' };
  }

  /** A producer that has never held an identity asks for it without one, which takes it from whoever has it. */
  #takeBack(): void {
    void this.inner.close();
    this.inner = this.#create();
    if (this.#transactionTimeoutMs !== undefined) this.inner.allow(this.#transactionTimeoutMs);
  }
}

function isFenced(error: unknown): error is Error {
  return isKafkaProducerError(error, 'KAFKA_PRODUCER_FENCED');
}
