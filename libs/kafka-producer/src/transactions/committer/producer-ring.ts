import type { Clock } from '../../support/clock.js';
import type { TransactionalProducer } from '../producer/transactional-producer.js';

/**
 * After so long the markers of a transaction have been written, so the same id serves again. Unit: milliseconds. Measured on Kafka 4.3: the next transaction
 * of an id is held up for about 21 ms while they are not.
 */
const MARKERS_MS = 25;

/** So long an id is left alone that took part in what does not answer: until its markers are there as well it begins nothing. Unit: milliseconds. */
const STUCK_MS = 30_000;

/** One producer of the ring. */
interface Slot {
  readonly producer: TransactionalProducer;
  /** Its transaction is not ended, or how it ended is not known yet. */
  isBusy: boolean;
  /** When its markers will have been written. */
  readyAtMs: number;
}

/**
 * The `transactional.id`s of a lane.
 *
 * Brokers write the markers of a transaction after EndTxn has answered, and let the id begin nothing before they are done. A few ids in turn make that wait
 * disappear, while there is still only one transaction that takes records. Made when needed: a lane that commits now and then has one. Those that are stuck are
 * replaced, as many as there may be of the others.
 */
export class ProducerRing {
  readonly #slots: Slot[] = [];
  readonly #maxSize: number;
  readonly #create: () => TransactionalProducer;
  readonly #clock: Clock;

  constructor(maxSize: number, create: () => TransactionalProducer, clock: Clock) {
    this.#maxSize = maxSize;
    this.#create = create;
    this.#clock = clock;
  }

  /** The next producer, which is the caller's until `release()`. The longest unused goes first; one that is busy only when all are. */
  acquire(): TransactionalProducer {
    const now = this.#clock.now();
    const stuck = this.#slots.filter(({ readyAtMs }) => readyAtMs > now + MARKERS_MS).length;
    const maxSize = this.#maxSize + Math.min(stuck, this.#maxSize);
    let slot = earliest(this.#slots.filter(({ isBusy }) => !isBusy));
    const isReady = slot !== undefined && slot.readyAtMs <= now;
    if (!isReady && this.#slots.length < maxSize) {
      slot = { producer: this.#create(), isBusy: false, readyAtMs: -Infinity };
      this.#slots.push(slot);
    }
    slot ??= earliest(this.#slots)!;
    slot.isBusy = true;
    return slot.producer;
  }

  /** The producer's transaction has ended. @param isStuck something in it did not answer */
  release(producer: TransactionalProducer, isStuck = false): void {
    const slot = this.#slots.find((candidate) => candidate.producer === producer);
    if (slot === undefined) return;
    slot.isBusy = false;
    slot.readyAtMs = this.#clock.now() + (isStuck ? STUCK_MS : MARKERS_MS);
  }

  get size(): number {
    return this.#slots.length;
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map(({ producer }) => producer.close()));
  }
}

function earliest(slots: readonly Slot[]): Slot | undefined {
  let first: Slot | undefined;
  for (const slot of slots) if (first === undefined || slot.readyAtMs < first.readyAtMs) first = slot;
  return first;
}
