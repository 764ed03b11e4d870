import { stampRecordBatch, type ChecksumFunction } from 'kafka-wire';

import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { RecordAccumulator } from '../accumulator/record-accumulator.js';
import type { PartitionFlight } from './partition-flight.js';
import type { Passenger, ProduceTransaction } from './produce-attempt.js';
import { NO_IDENTITY, type IdentitySource, type ProducerIdentity } from './producer-identity.js';

export interface BoardingSettings {
  readonly maxRequestSizeBytes: number;
  readonly checksum: ChecksumFunction;
  /** Set when the records belong to a transaction: without the mark in its batches an abort would leave them visible. */
  readonly transaction?: ProduceTransaction | undefined;
}

/**
 * Fills produce requests: which batches go into the next one, and under which identity and sequence.
 *
 * The only place where a batch is stamped.
 */
export class Boarding {
  readonly #accumulator: RecordAccumulator;
  readonly #identity: IdentitySource | undefined;
  readonly #settings: BoardingSettings;

  /** @param identity `undefined` without idempotence */
  constructor(accumulator: RecordAccumulator, identity: IdentitySource | undefined, settings: BoardingSettings) {
    this.#accumulator = accumulator;
    this.#identity = identity;
    this.#settings = settings;
  }

  /** The first sendable batch of each partition, until the request is full. They count as sent. */
  fill(nodeId: number, flights: readonly PartitionFlight[], now: number): Passenger[] {
    const passengers: Passenger[] = [];
    let sizeBytes = 0;
    for (const flight of flights) {
      const batch = flight.queue.head;
      if (batch === undefined || this.#accumulator.readyAtMs(batch) > now || !flight.mayLaunch(batch, nodeId)) continue;
      const identity = this.#identityFor(flight, batch);
      if (identity === undefined) continue;
      if (batch.state === 'open') this.#accumulator.seal(flight.queue, batch);
      if (batch.state !== 'ready') continue; // with the codec; it reports when it is done
      if (sizeBytes > 0 && sizeBytes + batch.sizeBytes > this.#settings.maxRequestSizeBytes) {
        this.#letGoFirst(flight);
        break;
      }
      flight.queue.shift();
      this.#stamp(flight, batch, identity, nodeId, now);
      passengers.push({ flight, batch });
      sizeBytes += batch.sizeBytes;
    }
    return passengers;
  }

  /** A request was full before this partition's turn: it comes first next time, or it might never. */
  #letGoFirst(flight: PartitionFlight): void {
    const { active } = this.#accumulator;
    for (const queue of Array.from(active)) {
      if (queue === flight.queue) return;
      active.delete(queue);
      active.add(queue);
    }
  }

  /** `undefined`: this partition has to wait until the producer has an identity, or until the old one has been answered for. */
  #identityFor(flight: PartitionFlight, batch: ProducerBatch): ProducerIdentity | undefined {
    if (this.#identity === undefined) return NO_IDENTITY;
    if (batch.stamp !== undefined) return flight.identity;
    if (flight.isInDoubt) {
      // Nothing is on the wire, and the sequence before these will never be in the log, so neither can they: all of them start anew.
      for (const queued of flight.queue) queued.stamp = undefined;
      if (flight.identity !== undefined) this.#identity.bump(flight.identity);
      flight.resolve();
    }
    this.#identity.acquire();
    const current = this.#identity.current;
    return current === flight.identity || flight.inFlight.length === 0 ? current : undefined;
  }

  #stamp(flight: PartitionFlight, batch: ProducerBatch, identity: ProducerIdentity, nodeId: number, now: number): void {
    if (flight.launch(batch, identity, nodeId, now) && batch.stamp !== undefined) {
      const { checksum, transaction } = this.#settings;
      const stamp = transaction === undefined ? batch.stamp : { ...batch.stamp, isTransactional: true };
      stampRecordBatch(batch.encoded, stamp, checksum);
    }
    batch.become('in-flight');
    batch.attempts++;
  }
}
