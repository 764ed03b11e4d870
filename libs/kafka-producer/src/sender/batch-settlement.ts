import { errorName } from 'kafka-wire';

import type { RecordAccumulator } from '../accumulator/record-accumulator.js';
import type { ProducerBatch } from '../accumulator/producer-batch.js';
import { DeliveryTimeoutError, type Persisted } from '../errors/delivery.errors.js';
import type { Clock } from '../support/clock.js';
import { backoffMs, type RetryBackoff } from '../support/retry-backoff.js';
import { recordRejections, rejection } from './batch-rejection.js';
import { splitBatch } from './batch-splitter.js';
import type { PartitionFlight } from './partition-flight.js';
import type { IdentitySource } from './producer-identity.js';
import { isAfterAppend, type ProduceOutcome, type RejectedOutcome } from './produce-outcome.js';

export interface SettlementSettings extends RetryBackoff {
  readonly retries: number;
}

/** What became of the records so far. */
export interface DeliveryCounters {
  acknowledgedRecords: number;
  failedRecords: number;
  retriedBatches: number;
}

/** What becomes of batches after an attempt. */
export interface Settlement {
  readonly counters: DeliveryCounters;
  /** An attempt has come to something. The batch was in flight, or was given up meanwhile. */
  settle(flight: PartitionFlight, batch: ProducerBatch, outcome: ProduceOutcome): void;
  /** Ends a batch: it is never sent again. It is in no queue any more. */
  fail(flight: PartitionFlight, batch: ProducerBatch, error: Error): void;
  /** As `fail()`, because its time is over. */
  expire(flight: PartitionFlight, batch: ProducerBatch): void;
}

export type FailureListener = (error: Error, batch: ProducerBatch) => void;

/**
 * Turns the outcome of an attempt into the end of a batch, or into its next attempt.
 *
 * Every partition is judged by its own answer. A batch that may have been appended is only ever repeated as it is; one that is given up leaves its
 * sequence in doubt, and the partition goes on under the next epoch.
 */
export class BatchSettlement implements Settlement {
  readonly counters: DeliveryCounters = { acknowledgedRecords: 0, failedRecords: 0, retriedBatches: 0 };
  readonly #accumulator: RecordAccumulator;
  readonly #identity: IdentitySource | undefined;
  readonly #settings: SettlementSettings;
  readonly #clock: Clock;
  readonly #onFailure: FailureListener;

  /** @param identity `undefined` without idempotence */
  constructor(
    accumulator: RecordAccumulator,
    identity: IdentitySource | undefined,
    settings: SettlementSettings,
    clock: Clock,
    onFailure: FailureListener,
  ) {
    this.#accumulator = accumulator;
    this.#identity = identity;
    this.#settings = settings;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  settle(flight: PartitionFlight, batch: ProducerBatch, outcome: ProduceOutcome): void {
    if (isTooLarge(batch, outcome)) return void this.#split(flight, batch, outcome);
    flight.land(batch);
    if (outcome.kind === 'appended') flight.confirm(this.#clock.now());
    if (batch.state === 'done') return; // given up while it was on the wire
    switch (outcome.kind) {
      case 'appended':
        return this.acknowledge(batch, outcome.baseOffset, outcome.appendTimeMs);
      case 'retry':
        return this.#retry(flight, batch, outcome);
      case 'sequence-refused':
        return this.#resolveRefusedSequence(flight, batch, outcome);
      case 'rejected':
        return this.#reject(flight, batch, outcome);
    }
  }

  acknowledge(batch: ProducerBatch, baseOffset: number, appendTimeMs: number): void {
    this.counters.acknowledgedRecords += batch.recordCount;
    batch.acknowledge(baseOffset, appendTimeMs);
    this.#accumulator.release(batch);
  }

  /**
   * Ends a batch that was, or might be, delivered: never to be sent again.
   *
   * @param errorOf of each record, by its place, where they are not told the same
   */
  fail(flight: PartitionFlight, batch: ProducerBatch, error: Error, errorOf?: (index: number) => Error): void {
    if (batch.stamp !== undefined && this.#identity !== undefined) flight.doubt();
    this.counters.failedRecords += batch.recordCount;
    batch.reject(error, errorOf);
    this.#accumulator.release(batch);
    this.#onFailure(error, batch);
  }

  expire(flight: PartitionFlight, batch: ProducerBatch): void {
    this.fail(flight, batch, overdue(batch, this.#clock.now()));
  }

  #reject(flight: PartitionFlight, batch: ProducerBatch, outcome: RejectedOutcome): void {
    if (isAfterAppend(outcome.errorCode)) batch.maybeAppended = true;
    if (outcome.recordErrors.length === 0) return this.fail(flight, batch, rejection(batch, outcome));
    const { first, errorOf } = recordRejections(batch, outcome);
    this.fail(flight, batch, first, errorOf);
  }

  /** The parts go under the next epoch, where sequences start anew: the broker waits for the one it has refused. */
  async #split(flight: PartitionFlight, batch: ProducerBatch, outcome: RejectedOutcome): Promise<void> {
    if (this.#identity !== undefined) flight.doubt();
    try {
      await splitBatch(flight, batch, this.#accumulator);
      flight.land(batch);
    } catch {
      flight.land(batch);
      if (batch.state !== 'done') this.fail(flight, batch, rejection(batch, outcome));
    }
    this.#accumulator.onWork();
  }

  #retry(flight: PartitionFlight, batch: ProducerBatch, outcome: ProduceOutcome & { kind: 'retry' }): void {
    if (outcome.maybeAppended) batch.maybeAppended = true;
    batch.lastError = outcome.reason;
    if (batch.attempts > this.#settings.retries) {
      return this.fail(flight, batch, rejection(batch, { errorCode: outcome.errorCode, message: outcome.reason }));
    }
    batch.retryAtMs = this.#clock.now() + backoffMs(batch.attempts, this.#settings);
    this.#requeue(flight, batch);
  }

  /**
   * The broker expects another sequence, or another identity.
   *
   * Behind a batch without an outcome the refusal is a consequence: this one goes again as it is. At the front it means that a batch before it was given up,
   * or that the broker has lost track of us. If every attempt was refused it goes again under the next epoch. If one was not answered it must not: its
   * bytes may still lie unread in a broker that was too slow for us, and would then be in the log twice.
   */
  #resolveRefusedSequence(
    flight: PartitionFlight,
    batch: ProducerBatch,
    outcome: ProduceOutcome & { kind: 'sequence-refused' },
  ): void {
    batch.lastError = errorName(outcome.errorCode);
    if (this.#identity === undefined || flight.identity === undefined) {
      return this.fail(flight, batch, rejection(batch, { errorCode: outcome.errorCode, message: null }));
    }
    if (outcome.needsNewProducerId && batch.stamp?.producerEpoch === flight.identity.epoch) {
      this.#identity.renew(flight.identity);
    }
    const isConsequence = flight.hasEarlierUnsettled(batch);
    if (isConsequence) return this.#requeue(flight, batch);
    if (batch.maybeAppended || batch.attempts > this.#settings.retries) {
      return this.fail(flight, batch, rejection(batch, { errorCode: outcome.errorCode, message: null }));
    }
    // Behind a batch that was given up a refusal is expected; without one, again and again, it must not become a storm.
    if (!flight.isInDoubt) batch.retryAtMs = this.#clock.now() + backoffMs(batch.attempts, this.#settings);
    flight.doubt();
    batch.stamp = undefined;
    this.#requeue(flight, batch);
  }

  #requeue(flight: PartitionFlight, batch: ProducerBatch): void {
    this.counters.retriedBatches++;
    batch.become('ready');
    flight.queue.reinsert(batch);
    this.#accumulator.active.add(flight.queue);
  }
}

/** Of a batch that is given up because its time is over. */
export function overdue(batch: ProducerBatch, nowMs: number): DeliveryTimeoutError {
  const { topic, partition, createdAtMs, attempts, lastError } = batch;
  return new DeliveryTimeoutError({
    topic,
    partition,
    persisted: persisted(batch),
    elapsedMs: nowMs - createdAtMs,
    attempts,
    ...(lastError !== undefined && { lastError }),
  });
}

/** What a failed record's error may promise. */
export function persisted(batch: ProducerBatch): Persisted {
  return batch.maybeAppended || batch.state === 'in-flight' ? 'possibly' : 'no';
}

const MESSAGE_TOO_LARGE = 10;

function isTooLarge(
  batch: ProducerBatch,
  outcome: ProduceOutcome,
): outcome is RejectedOutcome & { errorCode: typeof MESSAGE_TOO_LARGE } {
  return (
    outcome.kind === 'rejected' &&
    outcome.errorCode === MESSAGE_TOO_LARGE &&
    batch.recordCount > 1 &&
    !batch.maybeAppended &&
    batch.state === 'in-flight'
  );
}
