import { isKafkaProducerError } from '../../errors/is-kafka-producer-error.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import type { StagedRecord } from '../unit/staged-record.js';
import type { InstanceClaim } from './instance-claim.js';
import type { AppendOutcome, EndOutcome, OffsetsOutcome, TransactionalProducer } from './transactional-producer.js';

/** The producer of another slot: it is fenced only when the claim is lost, and else takes its id back. */
export class ClaimedProducer implements TransactionalProducer {
  readonly #create: () => TransactionalProducer;
  readonly #claim: InstanceClaim;
  #holder: TransactionalProducer;
  #transactionTimeoutMs: number | undefined;

  constructor(create: () => TransactionalProducer, claim: InstanceClaim) {
    this.#create = create;
    this.#claim = claim;
    this.#holder = create();
  }

  get transactionalId(): string {
    return this.#holder.transactionalId;
  }

  allow(transactionTimeoutMs: number): void {
    this.#transactionTimeoutMs = transactionTimeoutMs;
    this.#holder.allow(transactionTimeoutMs);
  }

  renew(): void {
    this.#holder.renew();
  }

  async begin(deadlineMs: number): Promise<void> {
    await this.#claim.assertOurs(deadlineMs);
    try {
      await this.#holder.begin(deadlineMs);
    } catch (error) {
      if (!isFenced(error)) throw error;
      this.#claim.doubt();
      await this.#claim.assertOurs(deadlineMs);
      this.#takeBack();
      await this.#holder.begin(deadlineMs);
    }
  }

  append(records: readonly StagedRecord[], deadlineMs: number): Promise<readonly AppendOutcome[]> {
    return this.#holder.append(records, deadlineMs);
  }

  giveUp(): void {
    this.#holder.giveUp();
  }

  sendOffsets(offsets: readonly ConsumedOffsets[], deadlineMs: number): Promise<readonly OffsetsOutcome[]> {
    return this.#holder.sendOffsets(offsets, deadlineMs);
  }

  async end(verdict: 'commit' | 'abort', deadlineMs: number): Promise<EndOutcome> {
    const outcome = await this.#holder.end(verdict, deadlineMs);
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

  settled(): Promise<void> {
    return this.#holder.settled();
  }

  close(): Promise<void> {
    return this.#holder.close();
  }

  /** A producer that has never held an identity asks for it without one, which takes it from whoever has it. */
  #takeBack(): void {
    void this.#holder.close();
    this.#holder = this.#create();
    if (this.#transactionTimeoutMs !== undefined) this.#holder.allow(this.#transactionTimeoutMs);
  }
}

function isFenced(error: unknown): error is Error {
  return isKafkaProducerError(error, 'KAFKA_PRODUCER_FENCED');
}
