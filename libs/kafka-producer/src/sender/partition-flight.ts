import type { PartitionQueue } from '../accumulator/partition-queue.js';
import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { ProducerIdentity } from './producer-identity.js';

/** What a broker remembers of a producer per partition, and so the most batches that may be unanswered. Kafka: `NUM_BATCHES_TO_RETAIN`. */
export const MAX_UNACKNOWLEDGED_BATCHES = 5;

/**
 * After so long without an acknowledgement a broker may have forgotten the producer (`producer.id.expiration.ms`, a day unless somebody made it less), and
 * accepts any sequence from it.
 */
const MAY_BE_FORGOTTEN_MS = 60_000;

/** Sequences run from 0 to 2^31 - 1 and then start again. */
const SEQUENCE_MASK = 0x7fff_ffff;

/**
 * One partition's batches on the wire, and the sequence its next batch gets.
 *
 * The order of a partition rests on four rules kept here: a batch that is sent again as it was goes alone, at the front; a batch for a new leader waits until
 * the old one has answered for everything; after a failure that leaves a sequence in doubt nothing new leaves until the epoch was raised; and the first
 * batch of a producer id, and the first one after a long rest, goes alone until it is acknowledged, because a broker that knows nothing of a producer accepts
 * any sequence from it: the second batch, when the first is refused.
 */
export class PartitionFlight {
  readonly queue: PartitionQueue;
  /** Sent and not answered, in the order they were sent. Changed only by `launch()` and `land()`. */
  readonly #inFlight: ProducerBatch[] = [];
  readonly #maxInFlight: number;
  #identity: ProducerIdentity | undefined;
  #nextSequence = 0;
  #isInDoubt = false;
  /** The log holds a batch of this producer id, so a gap in its sequences is noticed. Also without idempotence, where nothing is. */
  #isKnown = false;
  #confirmedAtMs = 0;
  #nodeId = -1;
  /** The batch in flight that was in flight before. */
  #repeat: ProducerBatch | undefined;
  #topicId: string | undefined;
  /** A batch has left since the topic was last found to be another one. */
  #hasLaunched = false;

  /** @param maxInFlight 1 to 5 */
  constructor(queue: PartitionQueue, maxInFlight: number) {
    this.queue = queue;
    this.#maxInFlight = maxInFlight;
  }

  get inFlight(): readonly ProducerBatch[] {
    return this.#inFlight;
  }

  /** The identity the batches of this partition are sent under now. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** A batch was given up whose sequence the broker may or may not have seen. */
  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** May the head of the queue leave for this node now? Time and readiness of the batch are the caller's question. */
  mayLaunch(batch: ProducerBatch, nodeId: number): boolean {
    const unanswered = this.#inFlight.length;
    if (unanswered === 0) return true;
    const isRepeat = batch.stamp !== undefined;
    if (isRepeat || this.#repeat !== undefined || this.#isInDoubt || !this.#isKnown) return false;
    return unanswered < this.#maxInFlight && this.#nodeId === nodeId;
  }

  /**
   * Gives a batch its place in the sequence, unless it already has one, and counts it as sent.
   *
   * @returns whether the stamp is new and must be written into the batch
   */
  launch(batch: ProducerBatch, identity: ProducerIdentity, nodeId: number, nowMs: number): boolean {
    if (nowMs - this.#confirmedAtMs > MAY_BE_FORGOTTEN_MS) this.#isKnown = identity.epoch < 0;
    const isNew = batch.stamp === undefined;
    if (isNew) {
      if (this.#identity !== identity) this.#changeTo(identity);
      batch.stamp = {
        producerId: identity.producerId,
        producerEpoch: identity.epoch,
        baseSequence: identity.epoch < 0 ? -1 : this.#nextSequence,
      };
      this.#nextSequence = (this.#nextSequence + batch.recordCount) & SEQUENCE_MASK;
    } else {
      this.#repeat = batch;
    }
    this.#hasLaunched = true;
    this.#nodeId = nodeId;
    this.#inFlight.push(batch);
    return isNew;
  }

  /** The batch was answered, or its connection is gone. */
  land(batch: ProducerBatch): void {
    const index = this.#inFlight.indexOf(batch);
    if (index >= 0) this.#inFlight.splice(index, 1);
    if (this.#repeat === batch) this.#repeat = undefined;
  }

  /**
   * What is on the wire need not be answered before the next batch leaves. Only for batches of an identity that is never used again: they cannot get in the
   * way of the next one's.
   */
  forget(): void {
    this.#inFlight.length = 0;
    this.#repeat = undefined;
  }

  /** The broker did not take this batch, and nothing has left after it: its sequence goes to the next one. */
  rewind({ stamp }: ProducerBatch): void {
    if (stamp !== undefined && stamp.baseSequence >= 0) this.#nextSequence = stamp.baseSequence;
  }

  /** A batch of the current identity is in the log, on all replicas. */
  confirm(nowMs: number): void {
    this.#confirmedAtMs = nowMs;
    if (this.#hasLaunched) this.#isKnown = true;
  }

  /** A topic that was deleted and created again has another id, and a log that knows nothing of us. @param topicId `undefined` when brokers do not tell */
  belongsTo(topicId: string | undefined): void {
    if (topicId === undefined || topicId === this.#topicId) return;
    if (this.#topicId !== undefined && this.#identity !== undefined) {
      this.#isKnown = this.#identity.epoch < 0;
      this.#hasLaunched = false;
    }
    this.#topicId = topicId;
  }

  /** Is some batch that was sent before this one still without an outcome? Then a refused sequence is only the consequence of that. */
  hasEarlierUnsettled(batch: ProducerBatch): boolean {
    for (const other of this.#inFlight) if (other.ordinal < batch.ordinal && other.state !== 'done') return true;
    for (const other of this.queue) if (other.ordinal < batch.ordinal && other.stamp !== undefined) return true;
    return false;
  }

  /** From here on no new sequence is given until `resolve()`. */
  doubt(): void {
    this.#isInDoubt = true;
  }

  /** Nothing is on the wire and the identity has been replaced: sequences start at 0 again. */
  resolve(): void {
    this.#isInDoubt = false;
  }

  /** Under the next epoch of a producer id the broker knows it from before. */
  #changeTo(identity: ProducerIdentity): void {
    if (identity.producerId !== this.#identity?.producerId) this.#isKnown = identity.epoch < 0;
    this.#identity = identity;
    this.#nextSequence = 0;
  }
}
