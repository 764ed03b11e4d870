import { NO_PRODUCER_ID, errorCode, type ErrorName, type ProducerId } from 'kafka-wire';
import type { ClusterState, Node } from '../cluster/cluster-state.js';
import type { CoordinatorMap } from '../cluster/coordinator-map.js';
import { CoordinatorRequests } from './coordinator-requests.js';
import { judgeEndV1, judgeEndV2, type EndRequest } from './end-transaction.js';
import { judgeInit, type HeldProducer } from './init-producer-id.js';
import type { MarkerWriter } from './marker-writer.js';
import { PeriodicLook } from './periodic-look.js';
import { NO_EPOCH, TransactionMetadata, type TopicPartition, type TransactionVersion } from './transaction-metadata.js';
import type { TransactionSettings } from './transaction-settings.js';

export interface InitRequest {
  readonly transactionalId: string;
  readonly timeoutMs: number;
  /** Undefined for a new instance. */
  readonly held: HeldProducer | undefined;
}

/** Who writes: the three things every transactional request names. */
export interface TransactionalProducer {
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  readonly epoch: number;
}

/** An error, or who the producer is from now on. */
export interface ProducerAnswer {
  readonly errorCode: number;
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
}

/**
 * All transactional ids of the cluster, and which broker answers for which.
 *
 * The rules are those of Apache Kafka 4.3's `TransactionCoordinator`. State is shared by all brokers, so it survives a move of the coordinator as
 * Kafka's log makes it.
 */
export class TransactionCoordinator {
  readonly #ids = new Map<string, TransactionMetadata>();
  readonly #timeouts: PeriodicLook;
  #version: TransactionVersion;
  #versionEpoch = 0;

  readonly cluster: ClusterState;
  /** Of brokers that lead partitions of transactions. */
  readonly requests: CoordinatorRequests;

  constructor(
    readonly coordinators: CoordinatorMap,
    readonly settings: TransactionSettings,
    readonly markers: MarkerWriter,
    version: TransactionVersion,
  ) {
    this.cluster = coordinators.cluster;
    this.requests = new CoordinatorRequests(this.cluster.clock, settings.roundTripMs);
    this.#version = version;
    this.#timeouts = new PeriodicLook(this.cluster.clock, settings.abortIntervalMs, () => this.#abortTimedOut());
  }

  /** Level of the feature `transaction.version`: what clients are told, and how transactions end that no client ends. */
  get version(): TransactionVersion {
    return this.#version;
  }

  /** Counts changes of the level, for clients that hear of it from several brokers. */
  get versionEpoch(): number {
    return this.#versionEpoch;
  }

  setVersion(version: TransactionVersion): void {
    if (version !== this.#version) this.#versionEpoch++;
    this.#version = version;
  }

  get ids(): Iterable<TransactionMetadata> {
    return this.#ids.values();
  }

  nodeFor(transactionalId: string): Node | undefined {
    return this.coordinators.nodeFor('transaction', transactionalId);
  }

  /** Why this broker cannot serve the id, or 0. */
  check(transactionalId: string, brokerId: number): number {
    if (transactionalId === '') return errorCode('INVALID_REQUEST');
    return this.coordinators.check('transaction', transactionalId, brokerId);
  }

  /** Why no broker can serve the id now, or 0: what a broker that asks the coordinator is told. */
  availability(transactionalId: string): number {
    if (transactionalId === '') return errorCode('INVALID_REQUEST');
    return this.coordinators.availability('transaction', transactionalId);
  }

  /** Undefined for an id nobody has initialised, or that nobody used for so long that it is forgotten. */
  find(transactionalId: string): TransactionMetadata | undefined {
    const metadata = this.#ids.get(transactionalId);
    if (metadata === undefined || !this.#isExpired(metadata)) return metadata;
    metadata.moveTo('Dead', metadata.lastUpdateMs);
    this.#ids.delete(transactionalId);
    return undefined;
  }

  /** Forgets ids that nobody used for too long. */
  expire(): void {
    for (const transactionalId of this.#ids.keys()) this.find(transactionalId);
  }

  init({ transactionalId, timeoutMs, held }: InitRequest): ProducerAnswer {
    if (timeoutMs <= 0 || timeoutMs > this.settings.maxTimeoutMs) return refused('INVALID_TRANSACTION_TIMEOUT');
    const nowMs = this.#now();
    const metadata = this.find(transactionalId) ?? this.#create(transactionalId, timeoutMs);
    const verdict = judgeInit(metadata, held);
    switch (verdict.kind) {
      case 'refuse':
        return refused(verdict.error);
      case 'abort-first':
        this.#abortForOthers(metadata);
        return refused('CONCURRENT_TRANSACTIONS');
      case 'rotate':
      case 'continue':
    }
    metadata.moveTo('Empty', nowMs);
    metadata.startMs = -1;
    metadata.timeoutMs = timeoutMs;
    metadata.previousProducerId = metadata.producerId;
    metadata.lastEpoch = verdict.lastEpoch;
    if (verdict.kind === 'rotate') metadata.producerId = this.cluster.nextProducerId();
    metadata.epoch = verdict.kind === 'rotate' ? 0 : verdict.epoch;
    return { errorCode: 0, producerId: metadata.producerId, producerEpoch: metadata.epoch };
  }

  /** Makes partitions part of the producer's transaction, which begins with the first. @returns 0 or why not */
  add(producer: TransactionalProducer, partitions: readonly TopicPartition[]): number {
    const metadata = this.#ofProducer(producer);
    if (typeof metadata === 'number') return metadata;
    const isKnown = metadata.state === 'Ongoing' && partitions.every((one) => metadata.has(one));
    if (!isKnown) metadata.add(partitions, this.#now());
    this.#timeouts.start();
    return 0;
  }

  /** Whether a partition takes part in the producer's transaction. @returns 0 or why not */
  verify(producer: TransactionalProducer, partition: TopicPartition): number {
    const metadata = this.#ofProducer(producer);
    if (typeof metadata === 'number') return metadata;
    return metadata.has(partition) ? 0 : errorCode('TRANSACTION_ABORTABLE');
  }

  /** @param clientVersion the rules the client ends by, as its request's version says */
  end(transactionalId: string, request: EndRequest, clientVersion: TransactionVersion): ProducerAnswer {
    const metadata = this.find(transactionalId);
    if (metadata === undefined) return refused('INVALID_PRODUCER_ID_MAPPING');
    const verdict = clientVersion === 1 ? judgeEndV1(metadata, request) : judgeEndV2(metadata, request);
    if (verdict === 'end') this.#end(metadata, request.committed, clientVersion);
    else if (verdict !== 'done') return refused(verdict);
    const isRotating = !metadata.nextProducerId.equals(NO_PRODUCER_ID);
    return {
      errorCode: 0,
      producerId: isRotating ? metadata.nextProducerId : metadata.producerId,
      producerEpoch: isRotating ? 0 : metadata.epoch,
    };
  }

  /** Stops all timers. */
  close(): void {
    this.#timeouts.stop();
    this.markers.close();
    this.requests.close();
  }

  #create(transactionalId: string, timeoutMs: number): TransactionMetadata {
    const metadata = new TransactionMetadata(transactionalId, this.cluster.nextProducerId(), timeoutMs, this.#now());
    this.#ids.set(transactionalId, metadata);
    return metadata;
  }

  #ofProducer({ transactionalId, producerId, epoch }: TransactionalProducer): TransactionMetadata | number {
    const metadata = this.find(transactionalId);
    if (metadata === undefined) return errorCode('INVALID_PRODUCER_ID_MAPPING');
    // First, because the producer may use an id already that takes over only when the markers are written.
    if (metadata.isCompleting) return errorCode('CONCURRENT_TRANSACTIONS');
    if (!metadata.producerId.equals(producerId)) return errorCode('INVALID_PRODUCER_ID_MAPPING');
    return metadata.epoch === epoch ? metadata : errorCode('PRODUCER_FENCED');
  }

  #end(metadata: TransactionMetadata, committed: boolean, version: TransactionVersion): void {
    const isFence = metadata.state === 'PrepareEpochFence';
    // An abort of nothing is a transaction of its own.
    if (metadata.state !== 'Ongoing' && !isFence) metadata.startMs = this.#now();
    metadata.moveTo(committed ? 'PrepareCommit' : 'PrepareAbort', this.#now());
    if (version === 2) {
      if (metadata.isExhausted) metadata.nextProducerId = this.cluster.nextProducerId();
      metadata.lastEpoch = metadata.epoch;
      metadata.epoch++;
    } else if (isFence) {
      metadata.lastEpoch = NO_EPOCH;
      metadata.epoch++;
    }
    this.#writeMarkers(metadata, committed);
  }

  /** Ends a transaction that its producer did not end in time, or whose id somebody else takes over. */
  #abortForOthers(metadata: TransactionMetadata): void {
    metadata.moveTo('PrepareEpochFence', this.#now());
    this.#end(metadata, false, this.version);
  }

  #writeMarkers(metadata: TransactionMetadata, committed: boolean): void {
    const { producerId, epoch } = metadata;
    const marker = { producerId, epoch, committed, coordinatorEpoch: 0 };
    this.markers.write(marker, [...metadata.partitions.values()], () => {
      metadata.moveTo(committed ? 'CompleteCommit' : 'CompleteAbort', this.#now());
      metadata.partitions.clear();
      metadata.previousProducerId = metadata.producerId;
      if (metadata.nextProducerId.equals(NO_PRODUCER_ID)) return;
      metadata.producerId = metadata.nextProducerId;
      metadata.nextProducerId = NO_PRODUCER_ID;
      metadata.epoch = 0;
    });
  }

  /** @returns whether there is anything left to look after */
  #abortTimedOut(): boolean {
    const nowMs = this.#now();
    let anyOngoing = false;
    for (const metadata of this.#ids.values()) {
      if (metadata.state !== 'Ongoing') continue;
      if (metadata.startMs + metadata.timeoutMs < nowMs) this.#abortForOthers(metadata);
      else anyOngoing = true;
    }
    return anyOngoing;
  }

  #isExpired({ state, lastUpdateMs }: TransactionMetadata): boolean {
    const mayExpire = state === 'Empty' || state === 'CompleteCommit' || state === 'CompleteAbort';
    return mayExpire && lastUpdateMs + this.settings.idExpirationMs <= this.#now();
  }

  #now(): number {
    return this.cluster.clock.wallTime();
  }
}

function refused(error: ErrorName): ProducerAnswer {
  return { errorCode: errorCode(error), producerId: NO_PRODUCER_ID, producerEpoch: NO_EPOCH };
}
