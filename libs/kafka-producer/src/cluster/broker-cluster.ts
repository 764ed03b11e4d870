import { ProducerClosedError } from '../errors/delivery.errors.js';
import { KafkaProducerError } from '../errors/kafka-producer.error.js';
import type { Clock } from '../support/clock.js';
import { Bootstrap } from './bootstrap.js';
import { BrokerAccess } from './broker-access.js';
import { BrokerConnections } from './broker-connections.js';
import { BrokerDirectory, type AdvertisedBroker } from './broker-directory.js';
import type { BrokerNodeContext } from './broker-node.js';
import type { ClusterSettings, ClusterSurroundings, PipelineLog } from './cluster-settings.js';
import type {
  BrokerState,
  Cluster,
  ConnectionPurpose,
  CoordinatorType,
  LeaderHint,
  TopicMetadata,
  TransactionVersion,
  WireRequest,
} from './cluster.js';
import { BrokerConnectError, ClusterError, ClusterUnavailableError, ConnectionLostError } from './cluster.errors.js';
import { tcpTransport } from './connection/tcp-transport.js';
import { coordinatorOf, Coordinators, findCoordinatorRequest } from './coordinators.js';
import { ExponentialBackoff } from './exponential-backoff.js';
import { Lifetime } from './lifetime.js';
import { MetadataCache } from './metadata/metadata-cache.js';

/** The cluster behind the port: our own connections, opened when they are needed. Nothing is connected, and no timer runs, before the first call. */
export function createBrokerCluster(
  settings: ClusterSettings,
  clock: Clock,
  log: PipelineLog,
  surroundings: ClusterSurroundings = {},
): Cluster {
  return new BrokerCluster(settings, clock, log, surroundings);
}

class BrokerCluster implements Cluster {
  readonly #clock: Clock;
  readonly #requestTimeoutMs: number;
  readonly #lifetime: Lifetime;
  readonly #connections: BrokerConnections;
  readonly #directory: BrokerDirectory;
  readonly #bootstrap: Bootstrap;
  readonly #access: BrokerAccess;
  readonly #metadata: MetadataCache;
  readonly #coordinators: Coordinators;
  readonly #backoff: ExponentialBackoff;
  readonly #listeners = new Set<() => void>();
  #closing: Promise<void> | undefined;

  constructor(settings: ClusterSettings, clock: Clock, log: PipelineLog, surroundings: ClusterSurroundings) {
    const { client } = settings;
    const random = surroundings.random ?? Math.random;
    this.#clock = clock;
    this.#requestTimeoutMs = settings.requestTimeoutMs ?? 30_000;
    this.#lifetime = new Lifetime(clock);
    this.#backoff = new ExponentialBackoff({
      initialMs: settings.retryBackoffMs ?? 100,
      maxMs: settings.retryBackoffMaxMs ?? 1_000,
      random,
    });
    this.#connections = new BrokerConnections(connectionSettings(settings, surroundings), clock, log);
    const nodeContext: BrokerNodeContext = {
      connections: this.#connections,
      clock,
      log,
      random,
      onUnreachable: (node) => node.nodeId >= 0 && this.#metadata.invalidateAll(),
    };
    this.#directory = new BrokerDirectory(nodeContext);
    this.#bootstrap = new Bootstrap(client.brokers, nodeContext);
    const onChange = (): void => this.#notify();
    this.#access = new BrokerAccess({
      directory: this.#directory,
      bootstrap: this.#bootstrap,
      lifetime: this.#lifetime,
      random,
      log,
      requestTimeoutMs: this.#requestTimeoutMs,
      usesSasl: client.sasl !== undefined,
      onBrokersChange: onChange,
    });
    this.#metadata = new MetadataCache({
      clock,
      lifetime: this.#lifetime,
      backoff: this.#backoff,
      maxAgeMs: settings.metadataMaxAgeMs ?? 300_000,
      allowAutoTopicCreation: settings.allowAutoTopicCreation ?? false,
      fetch: (topics, allowAutoTopicCreation) => this.#access.fetchMetadata(topics, allowAutoTopicCreation),
      onChange,
      addresses: () => this.#bootstrap.addresses,
    });
    this.#coordinators = new Coordinators((type, key) => this.#findCoordinator(type, key));
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#lifetime.isOver ? undefined : this.#metadata.topic(name);
  }

  async loadTopic(name: string, timeoutMs: number): Promise<TopicMetadata> {
    this.#lifetime.assertAlive();
    return this.#metadata.loadTopic(name, timeoutMs);
  }

  async reloadTopic(name: string, timeoutMs: number): Promise<TopicMetadata> {
    this.#lifetime.assertAlive();
    return this.#metadata.reloadTopic(name, timeoutMs);
  }

  refusal(topic: string): Error | undefined {
    return this.#metadata.refusal(topic);
  }

  invalidate(topic: string, hint?: LeaderHint): void {
    if (this.#lifetime.isOver) return;
    if (hint?.host !== undefined && hint.port !== undefined && this.#directory.get(hint.leaderId) === undefined) {
      this.#directory.add({ nodeId: hint.leaderId, host: hint.host, port: hint.port });
    }
    this.#metadata.invalidate(topic, hint);
  }

  onMetadataChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  isReady(nodeId: number, purpose: ConnectionPurpose): boolean {
    return this.#directory.get(nodeId)?.isReady(purpose) === true;
  }

  async connect(nodeId: number, purpose: ConnectionPurpose): Promise<void> {
    this.#lifetime.assertAlive();
    const node = this.#directory.get(nodeId);
    if (node === undefined) {
      this.#metadata.invalidateAll();
      await this.#lifetime.sleep(this.#backoff.delayMs(1));
      throw new BrokerConnectError({ broker: `${nodeId}`, problem: 'the metadata does not name this broker any more' });
    }
    await node.connect(purpose);
  }

  send<R>(nodeId: number, request: WireRequest<R>, purpose: ConnectionPurpose): Promise<R> {
    const node = this.#directory.get(nodeId);
    if (node !== undefined && !this.#lifetime.isOver) return node.send(request, purpose);
    const cause = this.#lifetime.isOver ? new ProducerClosedError() : undefined;
    return Promise.reject(cause ?? new ConnectionLostError({ broker: `${nodeId}`, written: false }));
  }

  async anyNode(): Promise<number> {
    const node = await this.#access.anyNode();
    return node.nodeId;
  }

  async coordinator(type: CoordinatorType, key: string): Promise<number> {
    this.#lifetime.assertAlive();
    return this.#coordinators.get(type, key);
  }

  transactionVersion(nodeId: number, purpose: ConnectionPurpose): TransactionVersion {
    return this.#directory.get(nodeId)?.transactionVersion(purpose) ?? 1;
  }

  invalidateCoordinator(type: CoordinatorType, key: string): void {
    this.#coordinators.invalidate(type, key);
  }

  brokers(): readonly BrokerState[] {
    return this.#directory.states();
  }

  async ping(timeoutMs: number): Promise<void> {
    await this.#retry('answer from a broker', timeoutMs, () => this.#access.fetchMetadata([], false));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const reason = new ProducerClosedError();
    this.#lifetime.end(reason);
    this.#metadata.close();
    this.#directory.destroy(reason);
    this.#bootstrap.destroy(reason);
    this.#listeners.clear();
    await this.#connections.close(reason);
  }

  #findCoordinator(type: CoordinatorType, key: string): Promise<AdvertisedBroker> {
    return this.#retry(`coordinator of ${type} '${key}'`, this.#requestTimeoutMs, async () => {
      const node = await this.#access.anyNode();
      const response = await node.send(findCoordinatorRequest(type, key, this.#requestTimeoutMs), 'control');
      const broker = coordinatorOf(type, key, response, node.label);
      if (this.#directory.add(broker)) this.#notify();
      return broker;
    });
  }

  /** Repeats with back-off what waiting may mend. */
  async #retry<T>(waitedFor: string, timeoutMs: number, attempt: () => Promise<T>): Promise<T> {
    const untilMs = this.#clock.now() + timeoutMs;
    const unavailable = (cause: unknown): Error =>
      new ClusterUnavailableError({ waitedFor, timeoutMs, brokers: this.#bootstrap.addresses, cause });
    let failure: unknown;
    for (let failures = 1; ; failures++) {
      const leftMs = untilMs - this.#clock.now();
      if (leftMs <= 0) throw unavailable(failure);
      try {
        return await this.#lifetime.within(attempt(), leftMs, () => unavailable(failure));
      } catch (error) {
        this.#lifetime.assertAlive();
        if (!mayMend(error)) throw error;
        failure = error;
      }
      await this.#lifetime.sleep(Math.min(this.#backoff.delayMs(failures), Math.max(1, untilMs - this.#clock.now())));
    }
  }

  #notify(): void {
    if (!this.#lifetime.isOver) for (const listener of this.#listeners) listener();
  }
}

/** Also an error of the user's own `brokers` function: the directory it asks may be back soon. */
function mayMend(error: unknown): boolean {
  if (error instanceof ClusterUnavailableError) return false;
  return error instanceof ClusterError || error instanceof KafkaProducerError ? error.retriable : true;
}

function connectionSettings({ client }: ClusterSettings, surroundings: ClusterSurroundings) {
  return {
    clientId: client.clientId,
    transport: surroundings.transport ?? tcpTransport(client),
    sasl: client.sasl,
    connectionTimeoutMs: client.connectionTimeout ?? 10_000,
    authenticationTimeoutMs: client.authenticationTimeout ?? 10_000,
    reauthenticationThresholdMs: client.reauthenticationThreshold ?? 10_000,
  };
}
