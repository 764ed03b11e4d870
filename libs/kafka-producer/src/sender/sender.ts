import { stampRecordBatch, type ChecksumFunction } from 'kafka-wire';

import type { PartitionQueue } from '../accumulator/partition-queue.js';
import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { RecordAccumulator } from '../accumulator/record-accumulator.js';
import type { Cluster } from '../cluster/cluster.js';
import { AuthenticationError } from '../errors/cluster-side.errors.js';
import { DeliveryAbortedError } from '../errors/delivery.errors.js';
import type { Clock } from '../support/clock.js';
import { BatchSettlement, persisted, type FailureListener, type SettlementSettings } from './batch-settlement.js';
import { DeliveryDeadlines } from './delivery-deadlines.js';
import { NodeGate } from './node-gate.js';
import { MAX_UNACKNOWLEDGED_BATCHES, PartitionFlight } from './partition-flight.js';
import { IdempotentIdentity, NO_IDENTITY, type ProducerIdentity } from './producer-identity.js';
import { produceRequest, type Passenger, type ProduceLimits } from './produce-attempt.js';
import { readAnswer } from './produce-answer.js';
import { unanswered } from './produce-outcome.js';
import { WakeUp } from './wake-up.js';

export interface SenderSettings extends SettlementSettings, ProduceLimits {
  readonly enableIdempotence: boolean;
  /** 1 to 5 with idempotence. */
  readonly maxInFlightRequestsPerConnection: number;
  readonly maxRequestSizeBytes: number;
  readonly deliveryTimeoutMs: number;
  readonly checksum: ChecksumFunction;
}

/**
 * Stage 4: takes batches to the leaders of their partitions.
 *
 * One pass, `drain()`, looks at every partition that has something to send and fills requests until the brokers have enough unanswered ones. It runs
 * at the end of an event-loop turn in which anything changed (a record, an answer, new metadata), or when a wait is over; it never runs twice in a
 * turn, so records and answers of one turn share their requests.
 */
export class Sender {
  readonly settlement: BatchSettlement;
  requestsSent = 0;
  batchesSent = 0;
  bytesSent = 0;

  readonly #accumulator: RecordAccumulator;
  readonly #cluster: Cluster;
  readonly #settings: SenderSettings;
  readonly #clock: Clock;
  readonly #identity: IdempotentIdentity | undefined;
  readonly #gate: NodeGate;
  readonly #wakeUp: WakeUp;
  readonly #deadlines: DeliveryDeadlines;
  readonly #flights = new Map<PartitionQueue, PartitionFlight>();
  readonly #unsubscribe: () => void;

  constructor(
    accumulator: RecordAccumulator,
    cluster: Cluster,
    settings: SenderSettings,
    clock: Clock,
    onFailure: FailureListener,
  ) {
    this.#accumulator = accumulator;
    this.#cluster = cluster;
    this.#settings = settings;
    this.#clock = clock;
    this.#identity = settings.enableIdempotence ? new IdempotentIdentity(cluster, settings, clock) : undefined;
    this.#gate = new NodeGate(cluster, settings.maxInFlightRequestsPerConnection);
    this.#wakeUp = new WakeUp(clock, () => this.#drain());
    this.#deadlines = new DeliveryDeadlines(settings.deliveryTimeoutMs);
    this.settlement = new BatchSettlement(accumulator, this.#identity, settings, clock, onFailure);
    this.#unsubscribe = cluster.onMetadataChange(() => this.#wakeUp.soon());
    accumulator.onWork = () => this.#wakeUp.soon();
    if (this.#identity !== undefined) {
      this.#identity.onAcquired = () => this.#wakeUp.soon();
      this.#identity.onRefused = (error) => this.#failUnsent(() => true, error);
    }
  }

  get requestsInFlight(): number {
    return this.#gate.requestsInFlight;
  }

  /** Every batch that is not settled: waiting, on the wire, or between two attempts. */
  *unsettled(): Generator<ProducerBatch> {
    for (const flight of this.#flights.values()) {
      for (const batch of flight.inFlight) if (batch.state !== 'done') yield batch;
    }
    for (const queue of this.#accumulator.active) yield* queue;
  }

  /** Gives up everything that is not settled. What is on the wire may still arrive. */
  abort(reason: string): void {
    for (const batch of Array.from(this.unsettled())) {
      const { topic, partition } = batch;
      const flight = this.#flightOf(this.#accumulator.queue(topic, partition));
      flight.queue.remove(batch);
      const error = new DeliveryAbortedError({ topic, partition, persisted: persisted(batch), reason });
      this.settlement.fail(flight, batch, error);
    }
  }

  close(): void {
    this.#unsubscribe();
    this.#identity?.close();
    this.#wakeUp.cancel();
  }

  #drain(): void {
    const now = this.#clock.now();
    this.#expire(now);
    const nodes = new Map<number, PartitionFlight[]>();
    for (const queue of this.#accumulator.active) {
      const head = queue.head;
      if (head === undefined) {
        this.#accumulator.active.delete(queue);
        continue;
      }
      this.#deadlines.note(head);
      const readyAtMs = this.#readyAtMs(head);
      if (readyAtMs > now) this.#wakeUp.at(readyAtMs);
      else this.#assign(nodes, queue);
    }
    for (const [nodeId, flights] of nodes) this.#drainNode(nodeId, flights, now);
    if (this.#isIdle()) {
      this.#deadlines.clear();
      this.#wakeUp.rest();
    } else {
      this.#wakeUp.at(this.#deadlines.nextAtMs);
    }
  }

  /** `Infinity`: something other than time has to happen first. */
  #readyAtMs(head: ProducerBatch): number {
    if (head.state === 'open') return this.#accumulator.dueAtMs(head);
    return head.state === 'ready' ? head.retryAtMs : Infinity;
  }

  #assign(nodes: Map<number, PartitionFlight[]>, queue: PartitionQueue): void {
    const leader = this.#cluster.topic(queue.topic)?.partitions[queue.partition]?.leader ?? -1;
    if (leader < 0) return this.#cluster.invalidate(queue.topic);
    const flight = this.#flightOf(queue);
    const flights = nodes.get(leader);
    if (flights === undefined) nodes.set(leader, [flight]);
    else flights.push(flight);
  }

  #drainNode(nodeId: number, flights: readonly PartitionFlight[], now: number): void {
    if (!this.#cluster.isReady(nodeId, 'produce')) return this.#connect(nodeId, flights);
    for (;;) {
      const opensAtMs = this.#gate.opensAtMs(nodeId);
      if (opensAtMs > now) return this.#wakeUp.at(opensAtMs);
      const passengers = this.#board(nodeId, flights, now);
      if (passengers.length === 0) return;
      this.#send(nodeId, passengers);
    }
  }

  /** Fills one request: the first sendable batch of each partition, until the request is full. */
  #board(nodeId: number, flights: readonly PartitionFlight[], now: number): Passenger[] {
    const passengers: Passenger[] = [];
    let sizeBytes = 0;
    for (const flight of flights) {
      const batch = flight.queue.head;
      if (batch === undefined || this.#readyAtMs(batch) > now || !flight.mayLaunch(batch, nodeId)) continue;
      const identity = this.#identityFor(flight, batch);
      if (identity === undefined) continue;
      if (batch.state === 'open') this.#accumulator.seal(flight.queue, batch);
      if (batch.state !== 'ready') continue; // with the codec; it reports when it is done
      if (sizeBytes > 0 && sizeBytes + batch.sizeBytes > this.#settings.maxRequestSizeBytes) {
        this.#letGoFirst(flight);
        break;
      }
      flight.queue.shift();
      this.#stamp(flight, batch, identity, nodeId);
      passengers.push({ flight, batch });
      sizeBytes += batch.sizeBytes;
    }
    this.bytesSent += sizeBytes;
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
      // Nothing is on the wire, and what was refused behind the lost batch cannot be in the log: all of it starts anew.
      for (const queued of flight.queue) queued.stamp = undefined;
      if (flight.identity !== undefined) this.#identity.bump(flight.identity);
      flight.resolve();
    }
    this.#identity.acquire();
    const current = this.#identity.current;
    return current === flight.identity || flight.inFlight.length === 0 ? current : undefined;
  }

  #stamp(flight: PartitionFlight, batch: ProducerBatch, identity: ProducerIdentity, nodeId: number): void {
    if (flight.launch(batch, identity, nodeId) && batch.stamp !== undefined) {
      stampRecordBatch(batch.encoded, batch.stamp, this.#settings.checksum);
    }
    batch.become('in-flight');
    batch.attempts++;
  }

  #send(nodeId: number, passengers: readonly Passenger[]): void {
    this.#gate.began(nodeId);
    this.requestsSent++;
    this.batchesSent += passengers.length;
    this.#cluster
      .send(nodeId, produceRequest(passengers, this.#settings), 'produce')
      .then(
        (response) => {
          const { outcome, throttleTimeMs } = readAnswer(response, this.#cluster);
          if (throttleTimeMs > 0) this.#gate.mute(nodeId, this.#clock.now() + throttleTimeMs);
          for (const { flight, batch } of passengers) this.settlement.settle(flight, batch, outcome(batch));
        },
        (error: unknown) => this.#lost(passengers, error),
      )
      .finally(() => {
        this.#gate.ended(nodeId);
        this.#wakeUp.soon();
      });
  }

  /** No answer: the connection is gone, or the broker does not speak our language. */
  #lost(passengers: readonly Passenger[], error: unknown): void {
    const written = (error as { written?: boolean }).written !== false;
    const outcome = unanswered(error instanceof Error ? error.message : String(error), written);
    for (const { flight, batch } of passengers) {
      this.#cluster.invalidate(batch.topic);
      this.settlement.settle(flight, batch, outcome);
    }
  }

  #connect(nodeId: number, flights: readonly PartitionFlight[]): void {
    const topics = new Set(flights.map(({ queue }) => queue.topic));
    this.#gate.connect(
      nodeId,
      () => this.#wakeUp.soon(),
      (error) => {
        if (error instanceof AuthenticationError) this.#failUnsent((queue) => topics.has(queue.topic), error);
        for (const topic of topics) this.#cluster.invalidate(topic);
        this.#wakeUp.soon();
      },
    );
  }

  #failUnsent(applies: (queue: PartitionQueue) => boolean, error: Error): void {
    for (const queue of this.#accumulator.active) {
      if (!applies(queue)) continue;
      for (const batch of Array.from(queue)) {
        if (batch.attempts > 0) continue;
        queue.remove(batch);
        this.settlement.fail(this.#flightOf(queue), batch, error);
      }
    }
  }

  #expire(now: number): void {
    if (!this.#deadlines.areDue(now)) return;
    this.#deadlines.clear();
    for (const batch of Array.from(this.unsettled())) {
      if (this.#deadlines.isOver(batch, now)) {
        const flight = this.#flightOf(this.#accumulator.queue(batch.topic, batch.partition));
        flight.queue.remove(batch);
        this.settlement.expire(flight, batch);
      } else {
        this.#deadlines.note(batch);
      }
    }
  }

  #isIdle(): boolean {
    return this.#accumulator.active.size === 0 && this.#gate.requestsInFlight === 0;
  }

  #flightOf(queue: PartitionQueue): PartitionFlight {
    let flight = this.#flights.get(queue);
    if (flight === undefined) {
      const { maxInFlightRequestsPerConnection: maxInFlight } = this.#settings;
      flight = new PartitionFlight(queue, Math.min(maxInFlight, MAX_UNACKNOWLEDGED_BATCHES));
      this.#flights.set(queue, flight);
    }
    return flight;
  }
}
