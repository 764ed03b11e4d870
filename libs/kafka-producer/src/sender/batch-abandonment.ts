import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { Clock } from '../support/clock.js';
import { DeliveryAbortedError } from '../errors/delivery.errors.js';
import { persisted, type Settlement } from './batch-settlement.js';
import type { DeliveryDeadlines } from './delivery-deadlines.js';
import type { Flights } from './flights.js';

/** Ends batches for another reason than an answer: their time is over, nobody will take them, or the producer closes. */
export class BatchAbandonment {
  readonly #flights: Flights;
  readonly #settlement: Settlement;
  readonly #deadlines: DeliveryDeadlines;
  readonly #clock: Clock;

  constructor(flights: Flights, settlement: Settlement, deadlines: DeliveryDeadlines, clock: Clock) {
    this.#flights = flights;
    this.#settlement = settlement;
    this.#deadlines = deadlines;
    this.#clock = clock;
  }

  /** Gives up everything. What is on the wire may still arrive. */
  abort(reason: string): void {
    for (const batch of Array.from(this.#flights.unsettled())) {
      const { topic, partition } = batch;
      const error = new DeliveryAbortedError({ topic, partition, persisted: persisted(batch), reason });
      this.#settlement.fail(this.#flights.withdraw(batch), batch, error);
    }
  }

  /** Gives up what was not delivered in time. */
  expire(): void {
    const now = this.#clock.now();
    if (!this.#deadlines.areDue(now)) return;
    this.#deadlines.clear();
    for (const batch of Array.from(this.#flights.unsettled())) {
      if (this.#deadlines.isOver(batch, now)) this.#settlement.expire(this.#flights.withdraw(batch), batch);
      else this.#deadlines.note(batch);
    }
  }

  /** Gives up everything, as if its time were over, and forgets what is on the wire: its answers concern nobody any more. */
  expireAll(): void {
    for (const batch of Array.from(this.#flights.unsettled())) {
      this.#settlement.expire(this.#flights.withdraw(batch), batch);
    }
    this.#deadlines.clear();
    this.#flights.forget();
  }

  /**
   * Gives up batches that will not be taken, without waiting for their deadline. One that may be in the log is not concerned: it is repeated until an
   * answer tells.
   *
   * @returns whether there was one
   */
  refuse(batches: Iterable<ProducerBatch>, errorOf: (batch: ProducerBatch) => Error): boolean {
    const refused = Array.from(batches).filter((batch) => batch.state !== 'in-flight' && !batch.maybeAppended);
    for (const batch of refused) this.#settlement.fail(this.#flights.withdraw(batch), batch, errorOf(batch));
    return refused.length > 0;
  }
}
