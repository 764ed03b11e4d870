import type { PartitionQueue } from '../accumulator/partition-queue.js';
import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { RecordAccumulator } from '../accumulator/record-accumulator.js';
import { MAX_UNACKNOWLEDGED_BATCHES, PartitionFlight } from './partition-flight.js';

/** The flights of all partitions that had something to send. */
export class Flights {
  readonly #accumulator: RecordAccumulator;
  readonly #maxInFlight: number;
  readonly #flights = new Map<PartitionQueue, PartitionFlight>();

  /** @param maxInFlightPerConnection a partition never has more than brokers remember of it, whatever this allows */
  constructor(accumulator: RecordAccumulator, maxInFlightPerConnection: number) {
    this.#accumulator = accumulator;
    this.#maxInFlight = Math.min(maxInFlightPerConnection, MAX_UNACKNOWLEDGED_BATCHES);
  }

  of(queue: PartitionQueue): PartitionFlight {
    let flight = this.#flights.get(queue);
    if (flight === undefined) this.#flights.set(queue, (flight = new PartitionFlight(queue, this.#maxInFlight)));
    return flight;
  }

  /** Every batch that is not settled: waiting, on the wire, or between two attempts. */
  *unsettled(): Generator<ProducerBatch> {
    for (const flight of this.#flights.values()) {
      for (const batch of flight.inFlight) if (batch.state !== 'done') yield batch;
    }
    for (const queue of this.#accumulator.active) yield* queue;
  }

  /** What is on the wire is not waited for any more. */
  forget(): void {
    for (const flight of this.#flights.values()) flight.forget();
  }

  /** Takes a batch that is given up out of its partition's queue, where it may or may not be. @returns the flight that has to be told */
  withdraw(batch: ProducerBatch): PartitionFlight {
    const flight = this.of(this.#accumulator.queue(batch.topic, batch.partition));
    flight.queue.remove(batch);
    return flight;
  }
}
