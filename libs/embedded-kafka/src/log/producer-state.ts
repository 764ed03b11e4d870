import { advanceSequence, isNextSequence } from './sequence.js';

/** What a batch claims about its producer. */
export interface ProducerClaim {
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly lastOffsetDelta: number;
}

/** A batch that was appended, as the duplicate window remembers it. Its content is not kept: Kafka never compares it. */
export interface RememberedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** Largest time of its records; what a repeat is told as the time of the append, also where it was the producer who set it. */
  readonly timestamp: number;
}

export type SequenceVerdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly of: RememberedBatch }
  | { readonly kind: 'out-of-order'; readonly reason: string }
  | { readonly kind: 'stale-epoch'; readonly reason: string };

/** Batches remembered per producer and partition: Kafka's `ProducerStateEntry.NUM_BATCHES_TO_RETAIN`. */
export const REMEMBERED_BATCHES = 5;

const NO_EPOCH = -1;

/**
 * What one partition knows about one producer id.
 *
 * The rules are those of `ProducerStateEntry` and `ProducerAppendInfo` of Apache Kafka 4.3. The state belongs to the log, so it moves with
 * the leadership and survives restarts.
 */
export class ProducerState {
  #epoch = NO_EPOCH;
  #batches: RememberedBatch[] = [];
  #lastTimestamp = -1;
  #coordinatorEpoch = -1;

  get epoch(): number {
    return this.#epoch;
  }

  get lastSequence(): number {
    return this.#batches.at(-1)?.lastSequence ?? -1;
  }

  /** Largest time of its last batch, or that of a marker after it: the clock by which a producer expires, in milliseconds since the epoch. */
  get lastTimestamp(): number {
    return this.#lastTimestamp;
  }

  /** Of the coordinator that wrote its last marker; -1 before. */
  get coordinatorEpoch(): number {
    return this.#coordinatorEpoch;
  }

  /**
   * Decides about a batch without changing anything.
   *
   * A repeat is looked for first, and only under the same epoch; a batch of an older epoch is therefore stale even when its sequences are known.
   */
  judge(claim: ProducerClaim): SequenceVerdict {
    const { producerEpoch, baseSequence } = claim;
    const lastSequence = advanceSequence(baseSequence, claim.lastOffsetDelta);
    if (producerEpoch === this.#epoch) {
      const original = this.#batches.find(
        (batch) => batch.firstSequence === baseSequence && batch.lastSequence === lastSequence,
      );
      if (original !== undefined) return { kind: 'duplicate', of: original };
    }
    if (producerEpoch < this.#epoch) {
      return { kind: 'stale-epoch', reason: `epoch ${producerEpoch} is older than ${this.#epoch}` };
    }
    if (this.#epoch === NO_EPOCH) return { kind: 'append' };
    if (producerEpoch > this.#epoch) {
      return baseSequence === 0
        ? { kind: 'append' }
        : {
            kind: 'out-of-order',
            reason: `epoch ${producerEpoch} is new and must start at sequence 0, not ${baseSequence}`,
          };
    }
    return isNextSequence(this.lastSequence, baseSequence)
      ? { kind: 'append' }
      : { kind: 'out-of-order', reason: `sequence ${baseSequence} does not follow ${this.lastSequence}` };
  }

  /** Remembers a batch that was just appended; the sixth oldest is forgotten. */
  remember(claim: ProducerClaim, baseOffset: number, timestamp: number): void {
    if (claim.producerEpoch !== this.#epoch) {
      this.#epoch = claim.producerEpoch;
      this.#batches = [];
    }
    this.#batches.push({
      firstSequence: claim.baseSequence,
      lastSequence: advanceSequence(claim.baseSequence, claim.lastOffsetDelta),
      baseOffset,
      lastOffset: baseOffset + claim.lastOffsetDelta,
      timestamp,
    });
    if (this.#batches.length > REMEMBERED_BATCHES) this.#batches.shift();
    this.#lastTimestamp = timestamp;
  }

  /** A marker was written: an epoch above the known one starts again at sequence 0, the same one goes on. */
  endTransaction(epoch: number, coordinatorEpoch: number, nowMs: number): void {
    this.#coordinatorEpoch = coordinatorEpoch;
    this.#lastTimestamp = nowMs;
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#batches = [];
  }
}
