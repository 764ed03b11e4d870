import { decodeRequest } from 'kafka-wire';

import type { Cluster, LeaderHint, TopicMetadata, WireRequest } from '../../cluster/cluster.js';
import { BrokerConnectError, ConnectionLostError } from '../../cluster/cluster.errors.js';
import type { Clock, TimerHandle } from '../../support/clock.js';
import { NO_FAULTS, type FaultRates } from './fault-rates.js';
import { FaultyBroker, stampedBatch, type BrokerWorld, type ProduceBody } from './faulty-broker.js';
import { FaultyConnection, type Agenda } from './faulty-connection.js';
import { PartitionLog, type StampedBatch } from './partition-log.js';
import type { SeededRandom } from './seeded-random.js';
import { QuietCluster } from './quiet-cluster.js';

export interface FaultyClusterShape {
  readonly nodes: number;
  readonly partitions: number;
  readonly faults: FaultRates;
  /** Bytes of a broken connection never arrive: without idempotence nothing protects from those that do. */
  readonly losesAll: boolean;
}

/** The port to Kafka with brokers and a nemesis behind it. One topic, `t`. Everything happens by the clock and the seed. */
export class FaultyCluster extends QuietCluster implements Cluster, Agenda, BrokerWorld {
  readonly leaders: number[];
  readonly leaderEpochs: number[];
  readonly logs: readonly PartitionLog[];
  faults: FaultRates;
  /** Sees every batch as it is handed to a connection. */
  onSend: (batch: StampedBatch, partition: number) => void = () => {};
  #view: TopicMetadata;
  #isRefreshing = false;
  readonly #events = new Set<TimerHandle>();
  #producerIds = 0;
  readonly #brokers: FaultyBroker[];
  readonly #connections = new Map<number, FaultyConnection<ProduceBody>>();
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly clock: Clock,
    readonly random: SeededRandom,
    readonly shape: FaultyClusterShape,
  ) {
    super();
    this.faults = shape.faults;
    this.#brokers = Array.from({ length: shape.nodes }, (_, i) => new FaultyBroker(i + 1, this));
    this.leaders = Array.from({ length: shape.partitions }, () => random.integer(1, shape.nodes));
    this.leaderEpochs = this.leaders.map(() => 0);
    this.logs = this.leaders.map(() => new PartitionLog());
    this.#view = this.#truth();
  }

  /** Faults happen from time to time until `heal()`. */
  start(): void {
    this.later(this.random.integer(20, 300), () => {
      if (this.faults === NO_FAULTS) return;
      this.#strike();
      this.start();
    });
  }

  heal(): void {
    this.faults = NO_FAULTS;
    this.leaders.forEach((leader, partition) => leader < 0 && this.#elect(partition, 1));
    this.#refreshSoon();
  }

  /** Events that are still to come. */
  get pendingEvents(): number {
    return this.#events.size;
  }

  now(): number {
    return this.clock.now();
  }

  later(delayMs: number, event: () => void): TimerHandle {
    const timer = this.clock.setTimeout(() => {
      this.#events.delete(timer);
      event();
    }, delayMs);
    this.#events.add(timer);
    return timer;
  }

  cancel(timer: TimerHandle): void {
    this.#events.delete(timer);
    this.clock.clearTimeout(timer);
  }

  topic(): TopicMetadata {
    return this.#view;
  }

  loadTopic(): Promise<TopicMetadata> {
    return Promise.resolve(this.#view);
  }

  reloadTopic(): Promise<TopicMetadata> {
    return Promise.resolve(this.#view);
  }

  refusal(): undefined {}

  invalidate(_topic: string, hint?: LeaderHint): void {
    if (hint !== undefined && hint.leaderEpoch > this.#view.partitions[hint.partition]!.leaderEpoch) {
      const { leaderId: leader, leaderEpoch } = hint;
      const known = this.#view.partitions;
      const partitions = known.map((p) => (p.partition === hint.partition ? { ...p, leader, leaderEpoch } : p));
      this.#publish({ ...this.#view, partitions });
    }
    this.#refreshSoon();
  }

  onMetadataChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  isReady(nodeId: number): boolean {
    return this.#connections.get(nodeId)?.isOpen === true;
  }

  connect(nodeId: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.later(this.random.integer(10, 100), () => {
        const broker = this.#brokers[nodeId - 1]!;
        if (broker.frozenUntilMs > this.now() || this.random.chance(this.faults.connectFailed)) {
          return reject(new BrokerConnectError({ broker: String(nodeId), problem: 'refused' }));
        }
        const answerLost = (): number => this.faults.answerLost;
        const connection = new FaultyConnection<ProduceBody>(broker, this, this.random, answerLost);
        connection.losesAll = this.shape.losesAll;
        this.#connections.set(nodeId, connection);
        resolve();
      });
    });
  }

  send<R>(nodeId: number, request: WireRequest<R>): Promise<R> {
    if (request.api.name === 'InitProducerId') return this.#initProducerId<R>();
    const connection = this.#connections.get(nodeId);
    if (connection?.isOpen !== true || this.random.chance(this.faults.notWritten)) {
      connection?.break();
      return Promise.reject(new ConnectionLostError({ broker: String(nodeId), written: false }));
    }
    const frame = Buffer.concat(request.encode(12, 0, 'test')).subarray(4);
    const body = decodeRequest(frame).body as ProduceBody;
    for (const { index, records } of body.topicData.flatMap(({ partitionData }) => partitionData)) {
      this.onSend(stampedBatch(records!), index);
    }
    return connection.send(body, request.timeoutMs) as Promise<R>;
  }

  #strike(): void {
    const { random, faults, shape } = this;
    const partition = random.integer(0, shape.partitions - 1);
    const nodeId = random.integer(1, shape.nodes);
    if (random.chance(faults.leaderMoved)) this.#elect(partition, nodeId);
    if (random.chance(faults.leaderGone)) this.#elect(partition, -1);
    if (this.leaders[partition] === -1 && random.chance(0.5)) this.#elect(partition, nodeId);
    if (random.chance(faults.connectionBroken)) this.#connections.get(nodeId)?.break();
    if (random.chance(faults.nodeFrozen)) {
      this.#brokers[nodeId - 1]!.frozenUntilMs = this.now() + random.integer(10, 1_500);
    }
    if (random.chance(0.3)) this.#refreshSoon();
  }

  #elect(partition: number, nodeId: number): void {
    if (this.leaders[partition] === nodeId) return;
    if (this.random.chance(this.faults.truncated)) this.logs[partition]!.truncate();
    this.leaders[partition] = nodeId;
    this.leaderEpochs[partition]!++;
  }

  #initProducerId<R>(): Promise<R> {
    return new Promise((resolve, reject) => {
      this.later(this.random.integer(0, 50), () => {
        const isRefused = this.random.chance(this.faults.identityRefused);
        if (isRefused && this.random.chance(0.5))
          return reject(new ConnectionLostError({ broker: '1', written: true }));
        const producerId = Buffer.from([0, 0, 0, 0, 0, 0, 0, ++this.#producerIds]);
        resolve({ throttleTimeMs: 0, errorCode: isRefused ? 14 : 0, producerId, producerEpoch: 0 } as R);
      });
    });
  }

  #refreshSoon(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    this.later(this.random.integer(10, 150), () => {
      this.#isRefreshing = false;
      this.#publish(this.#truth());
      if (this.leaders.includes(-1)) this.#refreshSoon();
    });
  }

  #publish(view: TopicMetadata): void {
    if (JSON.stringify(view) === JSON.stringify(this.#view)) return;
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }

  #truth(): TopicMetadata {
    const partitions = this.leaders.map((leader, partition) => ({
      partition,
      leader,
      leaderEpoch: this.leaderEpochs[partition]!,
      replicas: [],
      isr: [],
      errorCode: 0,
    }));
    const available = partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => partition);
    return { name: 't', partitions, available };
  }
}
