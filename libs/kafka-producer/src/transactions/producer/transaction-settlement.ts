import { errorName } from 'kafka-wire';

import type { ProducerBatch } from '../../accumulator/producer-batch.js';
import type { RecordAccumulator } from '../../accumulator/record-accumulator.js';
import { DeliveryAbortedError, DeliveryRejectedError } from '../../errors/delivery.errors.js';
import { recordRejections, rejection } from '../../sender/batch-rejection.js';
import { overdue, type DeliveryCounters, type Settlement } from '../../sender/batch-settlement.js';
import { splitBatch } from '../../sender/batch-splitter.js';
import type { PartitionFlight } from '../../sender/partition-flight.js';
import type { ProduceOutcome, RejectedOutcome } from '../../sender/produce-outcome.js';
import type { ProducerIdentity } from '../../sender/producer-identity.js';
import { backoffMs, type RetryBackoff } from '../../support/retry-backoff.js';
import type { Clock } from '../../support/clock.js';
import { codeOf } from './refusal-code.js';
import {
  CONCURRENT_TRANSACTIONS,
  markerBackoffMs,
  MESSAGE_TOO_LARGE,
  TRANSACTION_IS_LOST,
} from './transaction-codes.js';
import type { TransactionalIdentity } from './transactional-identity.js';
import type { AppendOutcome } from './transactional-producer.js';

type Refusal = AppendOutcome & { kind: 'refused' };

/** A batch that was refused: in its transaction nothing behind it can be appended to its partition. */
interface Stop {
  readonly identity: ProducerIdentity | undefined;
  readonly refusal: Refusal;
}

/**
 * Turns the outcome of an attempt into the end of a batch, or into its next attempt, within a transaction.
 *
 * What a broker refuses is told with its code, for the committer to find whose fault it is; nothing is mended with a new epoch, because that would leave the
 * transaction. Batches that get no answer are repeated until whoever appends gives them up.
 */
export class TransactionSettlement implements Settlement {
  /** An attempt has no answer: a copy of it may still arrive. */
  onLost: () => void = () => {};
  readonly counters: DeliveryCounters = { acknowledgedRecords: 0, failedRecords: 0, retriedBatches: 0 };
  readonly #accumulator: RecordAccumulator;
  readonly #identity: TransactionalIdentity;
  readonly #backoff: RetryBackoff;
  readonly #clock: Clock;
  readonly #stops = new Map<PartitionFlight, Stop>();
  #refusedBatches = 0;

  constructor(accumulator: RecordAccumulator, identity: TransactionalIdentity, backoff: RetryBackoff, clock: Clock) {
    this.#accumulator = accumulator;
    this.#identity = identity;
    this.#backoff = backoff;
    this.#clock = clock;
  }

  settle(flight: PartitionFlight, batch: ProducerBatch, outcome: ProduceOutcome): void {
    if (isDivisible(flight, batch, outcome)) return void this.#split(flight, batch, outcome);
    flight.land(batch);
    if (outcome.kind === 'appended') flight.confirm(this.#clock.now());
    if (batch.state === 'done') return; // given up while it was on the wire
    switch (outcome.kind) {
      case 'appended':
        return this.#acknowledge(batch, outcome.baseOffset, outcome.appendTimeMs);
      case 'retry':
        return this.#retry(flight, batch, outcome);
      case 'sequence-refused':
        return this.#sequenceRefused(flight, batch, outcome.errorCode);
      case 'rejected':
        return this.#reject(flight, batch, outcome);
    }
  }

  fail(_flight: PartitionFlight, batch: ProducerBatch, error: Error): void {
    if (error instanceof DeliveryAbortedError) return this.#end(batch, { kind: 'unanswered', error });
    // Given up with the transaction, a record that happens to be alone in its batch is not to blame.
    const isNamed = batch.recordCount === 1 && !(error instanceof DeliveryRejectedError);
    this.#end(batch, { kind: 'refused', errorCode: codeOf(error), error, isNamed, batch: this.#refusedBatches++ });
  }

  expire(_flight: PartitionFlight, batch: ProducerBatch): void {
    const error = overdue(batch, this.#clock.now());
    // Its partition has answered: it is another one that keeps the id from beginning anything.
    const isHeldUp = batch.lastError === errorName(CONCURRENT_TRANSACTIONS);
    if (!isHeldUp) return this.#end(batch, { kind: 'unanswered', error });
    const errorCode = CONCURRENT_TRANSACTIONS;
    this.#end(batch, { kind: 'refused', errorCode, error, isNamed: false, batch: this.#refusedBatches++ });
  }

  #acknowledge(batch: ProducerBatch, baseOffset: number, appendTimeMs: number): void {
    this.counters.acknowledgedRecords += batch.recordCount;
    batch.acknowledge(baseOffset, appendTimeMs);
    this.#accumulator.release(batch);
  }

  #retry(flight: PartitionFlight, batch: ProducerBatch, outcome: ProduceOutcome & { kind: 'retry' }): void {
    if (outcome.maybeAppended) {
      batch.maybeAppended = true;
      this.onLost();
    }
    batch.lastError = outcome.reason;
    const waitsForMarkers = outcome.errorCode === CONCURRENT_TRANSACTIONS;
    const pauseMs = waitsForMarkers ? markerBackoffMs(batch.attempts) : backoffMs(batch.attempts, this.#backoff);
    batch.retryAtMs = this.#clock.now() + pauseMs;
    this.#requeue(flight, batch);
  }

  #sequenceRefused(flight: PartitionFlight, batch: ProducerBatch, code: number): void {
    batch.lastError = errorName(code);
    const stop = this.#stopOf(flight);
    if (stop !== undefined) return this.#end(batch, { ...stop.refusal, isNamed: false });
    if (!TRANSACTION_IS_LOST.has(code) && flight.hasEarlierUnsettled(batch)) return this.#requeue(flight, batch);
    this.#refuse(flight, batch, rejection(batch, { errorCode: code, message: null }), code);
    this.#identity.doubt(code);
  }

  #reject(flight: PartitionFlight, batch: ProducerBatch, outcome: RejectedOutcome): void {
    const { errorCode: code, recordErrors } = outcome;
    if (recordErrors.length === 0 || batch.recordCount === 1)
      this.#refuse(flight, batch, rejection(batch, outcome), code);
    else {
      const { first, errorOf } = recordRejections(batch, outcome);
      const named = new Set(recordErrors.map(({ batchIndex }) => batchIndex));
      this.#refuse(flight, batch, first, code, (index) => ({ error: errorOf(index), isNamed: named.has(index) }));
    }
    if (TRANSACTION_IS_LOST.has(code)) this.#identity.doubt(code);
  }

  /** The sequence of a batch that is refused is not used up: the parts take it, if nothing has left behind it. */
  async #split(flight: PartitionFlight, batch: ProducerBatch, outcome: RejectedOutcome): Promise<void> {
    flight.doubt(); // nothing leaves until the parts are there
    const failure = await splitBatch(flight, batch, this.#accumulator).then(
      () => undefined,
      () => rejection(batch, outcome),
    );
    if (!flight.inFlight.includes(batch)) return; // given up, and so is the sequence
    flight.rewind(batch);
    flight.resolve();
    flight.land(batch);
    if (failure !== undefined && batch.state !== 'done') this.#refuse(flight, batch, failure, outcome.errorCode);
    this.#accumulator.onWork();
  }

  /** @param ofRecord where the broker has named some of them */
  #refuse(
    flight: PartitionFlight,
    batch: ProducerBatch,
    error: Error,
    code: number,
    ofRecord?: (index: number) => { readonly error: Error; readonly isNamed: boolean },
  ): void {
    const isNamed = batch.recordCount === 1;
    const refusal: Refusal = { kind: 'refused', errorCode: code, error, isNamed, batch: this.#refusedBatches++ };
    if (ofRecord === undefined) this.#end(batch, refusal);
    else this.#end(batch, refusal, (index) => ({ ...refusal, ...ofRecord(index) }));
    this.#stops.set(flight, { identity: flight.identity, refusal });
    for (const behind of Array.from(flight.queue)) {
      if (behind.maybeAppended) continue;
      flight.queue.remove(behind);
      this.#end(behind, { ...refusal, isNamed: false });
    }
  }

  #stopOf(flight: PartitionFlight): Stop | undefined {
    const stop = this.#stops.get(flight);
    if (stop === undefined || stop.identity === this.#identity.held) return stop;
    this.#stops.delete(flight);
    return undefined;
  }

  #end(batch: ProducerBatch, outcome: AppendOutcome, outcomeOf?: (index: number) => AppendOutcome): void {
    this.counters.failedRecords += batch.recordCount;
    batch.reject(outcome, outcomeOf);
    this.#accumulator.release(batch);
  }

  #requeue(flight: PartitionFlight, batch: ProducerBatch): void {
    this.counters.retriedBatches++;
    batch.become('ready');
    flight.queue.reinsert(batch);
    this.#accumulator.active.add(flight.queue);
  }
}

function isDivisible(
  flight: PartitionFlight,
  batch: ProducerBatch,
  outcome: ProduceOutcome,
): outcome is RejectedOutcome & { errorCode: typeof MESSAGE_TOO_LARGE } {
  return (
    outcome.kind === 'rejected' &&
    outcome.errorCode === MESSAGE_TOO_LARGE &&
    batch.recordCount > 1 &&
    !batch.maybeAppended &&
    batch.state === 'in-flight' &&
    flight.inFlight.length === 1 &&
    Array.from(flight.queue).every(({ stamp }) => stamp === undefined)
  );
}
