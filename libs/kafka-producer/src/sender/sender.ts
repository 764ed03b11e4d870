import type { PartitionQueue } from '../accumulator/partition-queue.js';
import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { RecordAccumulator } from '../accumulator/record-accumulator.js';
import type { Cluster, ConnectionPurpose } from '../cluster/cluster.js';
import { AuthenticationError } from '../errors/cluster-side.errors.js';
import type { Clock } from '../support/clock.js';
import { BatchAbandonment } from './batch-abandonment.js';
import { BatchSettlement, type FailureListener, type Settlement, type SettlementSettings } from './batch-settlement.js';
import { Boarding, type BoardingSettings } from './boarding.js';
import { DeliveryDeadlines } from './delivery-deadlines.js';
import { Flights } from './flights.js';
import { NodeGate } from './node-gate.js';
import type { PartitionFlight } from './partition-flight.js';
import { IdempotentIdentity, type IdentitySource } from './producer-identity.js';
import { produceRequest, type Passenger, type ProduceLimits, type ProduceResponse } from './produce-attempt.js';
import { readAnswer } from './produce-answer.js';
import { lostOutcome } from './produce-outcome.js';
import type { SenderParts } from './sender-parts.js';
import { WakeUp } from './wake-up.js';

export interface SenderSettings extends SettlementSettings, ProduceLimits, BoardingSettings {
  readonly enableIdempotence: boolean;
  /** 1 to 5 with idempotence. */
  readonly maxInFlightRequestsPerConnection: number;
  /** `Infinity`: whoever appends keeps the time, with `expireAll()`. */
  readonly deliveryTimeoutMs: number;
}

/**
 * Stage 4: takes batches to the leaders of their partitions.
 *
 * One pass, `drain()`, looks at every partition that has something to send and fills requests until the brokers have enough unanswered ones. It runs
 * at the end of an event-loop turn in which anything changed (a record, an answer, new metadata), or when a wait is over; it never runs twice in a
 * turn, so records and answers of one turn share their requests.
 */
export class Sender {
  readonly settlement: Settlement;
  requestsSent = 0;
  batchesSent = 0;
  bytesSent = 0;

  readonly #accumulator: RecordAccumulator;
  readonly #cluster: Cluster;
  readonly #settings: SenderSettings;
  readonly #clock: Clock;
  readonly #identity: IdentitySource | undefined;
  readonly #purpose: ConnectionPurpose;
  readonly #gate: NodeGate;
  readonly #boarding: Boarding;
  readonly #wakeUp: WakeUp;
  readonly #deadlines: DeliveryDeadlines;
  readonly #flights: Flights;
  readonly #abandonment: BatchAbandonment;
  readonly #unsubscribe: () => void;

  constructor(
    accumulator: RecordAccumulator,
    cluster: Cluster,
    settings: SenderSettings,
    clock: Clock,
    onFailure: FailureListener,
    parts?: SenderParts,
  ) {
    this.#accumulator = accumulator;
    this.#cluster = cluster;
    this.#settings = settings;
    this.#clock = clock;
    this.#identity =
      parts?.identity ?? (settings.enableIdempotence ? new IdempotentIdentity(cluster, settings, clock) : undefined);
    this.#purpose = parts?.purpose ?? 'produce';
    this.#gate = new NodeGate(cluster, settings.maxInFlightRequestsPerConnection, this.#purpose);
    this.#boarding = new Boarding(accumulator, this.#identity, settings);
    this.#wakeUp = new WakeUp(clock, () => this.#drain());
    this.#deadlines = new DeliveryDeadlines(settings.deliveryTimeoutMs);
    this.#flights = new Flights(accumulator, settings.maxInFlightRequestsPerConnection);
    this.settlement = parts?.settlement ?? new BatchSettlement(accumulator, this.#identity, settings, clock, onFailure);
    this.#abandonment = new BatchAbandonment(this.#flights, this.settlement, this.#deadlines, clock);
    this.#unsubscribe = cluster.onMetadataChange(() => this.#wakeUp.soon());
    accumulator.onWork = () => this.#wakeUp.soon();
    if (this.#identity !== undefined) {
      this.#identity.onAcquired = () => this.#wakeUp.soon();
      this.#identity.onRefused = (refusal) =>
        this.#refuse(
          this.#unsettled((batch) => batch.stamp === undefined),
          refusal,
        );
    }
  }

  get requestsInFlight(): number {
    return this.#gate.requestsInFlight;
  }

  /** Every batch that is not settled: waiting, on the wire, or between two attempts. */
  unsettled(): Iterable<ProducerBatch> {
    return this.#flights.unsettled();
  }

  /** Gives up everything that is not settled. What is on the wire may still arrive. */
  abort(reason: string): void {
    this.#abandonment.abort(reason);
  }

  /** Gives up everything that is not settled because its time is over. The identity it was sent under must not be used again. */
  expireAll(): void {
    this.#abandonment.expireAll();
  }

  /** Gives up what waits and cannot be in the log. What is on the wire, or was, is answered for. */
  refuseWaiting(errorOf: (batch: ProducerBatch) => Error): void {
    this.#refuse(this.unsettled(), errorOf);
  }

  close(): void {
    this.#unsubscribe();
    this.#identity?.close();
    this.#wakeUp.cancel();
  }

  #drain(): void {
    const now = this.#clock.now();
    this.#abandonment.expire();
    const nodes = new Map<number, PartitionFlight[]>();
    for (const queue of this.#accumulator.active) {
      const head = queue.head;
      if (head === undefined) {
        this.#accumulator.active.delete(queue);
        continue;
      }
      this.#deadlines.note(head);
      const readyAtMs = this.#accumulator.readyAtMs(head);
      if (readyAtMs > now) this.#wakeUp.at(readyAtMs);
      else this.#assign(nodes, queue);
      this.#closeStuck(queue, now);
    }
    for (const [nodeId, flights] of nodes) this.#drainNode(nodeId, flights, now);
    if (this.#isIdle()) {
      this.#deadlines.clear();
      this.#wakeUp.rest();
    } else {
      this.#wakeUp.at(this.#deadlines.nextAtMs);
    }
  }

  #assign(nodes: Map<number, PartitionFlight[]>, queue: PartitionQueue): void {
    const topic = this.#cluster.topic(queue.topic);
    const leader = topic?.partitions[queue.partition]?.leader ?? -1;
    if (leader < 0) return this.#withoutLeader(queue);
    const flight = this.#flights.of(queue);
    flight.belongsTo(topic?.topicId);
    const flights = nodes.get(leader);
    if (flights === undefined) nodes.set(leader, [flight]);
    else flights.push(flight);
  }

  /** The partition has to wait; unless brokers are sure that there is no such topic (any more): then its records need not. */
  #withoutLeader(queue: PartitionQueue): void {
    const refusal = this.#cluster.refusal(queue.topic);
    if (refusal !== undefined) this.#refuse(queue, () => refusal);
    if (queue.length > 0) this.#cluster.invalidate(queue.topic);
  }

  /** An open batch that should have left takes no more records when it is too old: theirs would be the little time it has left. */
  #closeStuck(queue: PartitionQueue, now: number): void {
    const open = queue.openBatch;
    if (open === undefined) return;
    const closesAtMs = this.#deadlines.closesAtMs(open, this.#accumulator.settings.lingerMs);
    if (closesAtMs > now) this.#wakeUp.at(closesAtMs);
    else this.#accumulator.seal(queue, open);
  }

  #drainNode(nodeId: number, flights: readonly PartitionFlight[], now: number): void {
    if (!this.#cluster.isReady(nodeId, this.#purpose)) return this.#connect(nodeId, flights);
    for (;;) {
      const opensAtMs = this.#gate.opensAtMs(nodeId);
      if (opensAtMs > now) return this.#wakeUp.at(opensAtMs);
      const passengers = this.#boarding.fill(nodeId, flights, now);
      if (passengers.length === 0) return;
      this.#send(nodeId, passengers);
    }
  }

  #send(nodeId: number, passengers: readonly Passenger[]): void {
    this.#gate.began(nodeId);
    this.requestsSent++;
    this.batchesSent += passengers.length;
    for (const { batch } of passengers) this.bytesSent += batch.sizeBytes;
    this.#cluster.send(nodeId, produceRequest(passengers, this.#settings), this.#purpose).then(
      (response) => {
        this.#gate.ended(nodeId);
        this.#answered(nodeId, passengers, response);
        this.#wakeUp.soon();
      },
      (error: unknown) => {
        this.#gate.ended(nodeId);
        this.#lost(passengers, error);
        this.#wakeUp.soon();
      },
    );
  }

  #answered(nodeId: number, passengers: readonly Passenger[], response: ProduceResponse | undefined): void {
    const { outcome, throttleTimeMs } = readAnswer(response, this.#cluster);
    if (throttleTimeMs > 0) this.#gate.mute(nodeId, this.#clock.now() + throttleTimeMs);
    for (const { flight, batch } of passengers) this.settlement.settle(flight, batch, outcome(batch));
  }

  /** No answer: the connection is gone, or the broker does not speak our language. */
  #lost(passengers: readonly Passenger[], error: unknown): void {
    const outcome = lostOutcome(error);
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
        if (error instanceof AuthenticationError) {
          const ofNode = this.#unsettled((batch) => this.#leaderOf(batch) === nodeId);
          this.#refuse(ofNode, () => error);
        }
        for (const topic of topics) this.#cluster.invalidate(topic);
        this.#wakeUp.soon();
      },
    );
  }

  #refuse(batches: Iterable<ProducerBatch>, errorOf: (batch: ProducerBatch) => Error): void {
    if (this.#abandonment.refuse(batches, errorOf)) this.#wakeUp.soon();
  }

  #unsettled(isWanted: (batch: ProducerBatch) => boolean): ProducerBatch[] {
    return Array.from(this.unsettled()).filter((batch) => isWanted(batch));
  }

  /** Node id of the leader as far as is known; -1 for none. */
  #leaderOf({ topic, partition }: ProducerBatch): number {
    return this.#cluster.topic(topic)?.partitions[partition]?.leader ?? -1;
  }

  #isIdle(): boolean {
    return this.#accumulator.active.size === 0 && this.#gate.requestsInFlight === 0;
  }
}
