import { producerIdKey, type RecordBatchHeader } from 'kafka-wire';

interface Verification {
  readonly epoch: number;
  readonly lowestSequence: number;
  readonly epochsRise: boolean;
  readonly sinceMs: number;
}

/**
 * Producers that asked to write to a partition in a transaction and have not written yet (Kafka's `VerificationStateEntry`).
 *
 * While the coordinator is asked, batches sent behind the first one may be looked at before it: none may get in above the lowest sequence seen.
 */
export class Verifications {
  readonly #byProducer = new Map<string, Verification>();

  /** @param epochsRise the client raises its epoch with every transaction, so each of its epochs starts at sequence 0 */
  begin(
    { producerId, producerEpoch: epoch, baseSequence }: RecordBatchHeader,
    epochsRise: boolean,
    nowMs: number,
  ): void {
    const key = producerIdKey(producerId);
    const known = this.#byProducer.get(key);
    if (known === undefined || epoch > known.epoch) {
      this.#byProducer.set(key, { epoch, lowestSequence: baseSequence, epochsRise, sinceMs: nowMs });
    } else if (epoch === known.epoch && baseSequence < known.lowestSequence) {
      this.#byProducer.set(key, { ...known, lowestSequence: baseSequence });
    }
  }

  /** Why the batch may not be next; undefined when it may. @param isKnownProducer the partition has state of the producer */
  problem({ producerId, baseSequence }: RecordBatchHeader, isKnownProducer: boolean): string | undefined {
    const known = this.#byProducer.get(producerIdKey(producerId));
    if (known === undefined) return undefined;
    const highest = !isKnownProducer && known.epochsRise ? 0 : known.lowestSequence;
    return baseSequence > highest ? `sequence ${baseSequence} cannot be before ${highest}` : undefined;
  }

  /** Those who never wrote are not waited for any longer. */
  expire(untilMs: number): void {
    for (const [key, { sinceMs }] of this.#byProducer) if (sinceMs <= untilMs) this.#byProducer.delete(key);
  }

  get size(): number {
    return this.#byProducer.size;
  }

  /** The producer wrote, or its transaction ended. */
  forget(producerId: Uint8Array): void {
    this.#byProducer.delete(producerIdKey(producerId));
  }
}
