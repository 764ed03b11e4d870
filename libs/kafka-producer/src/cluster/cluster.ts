import type { ApiDefinition } from 'kafka-wire';

/**
 * The port to Kafka: metadata, coordinators and requests to brokers by node id.
 *
 * The stages of the pipeline know only this interface; `createBrokerCluster()` is its implementation over our own connections.
 */
export interface Cluster {
  /**
   * What is known about a topic right now, without waiting: the hot path.
   *
   * Metadata older than `metadataMaxAgeMs` is still returned, and a refresh starts in the background. The object is a snapshot: it never changes,
   * a later call may return another one. `undefined`: not known (yet); ask `loadTopic()`.
   */
  topic(name: string): TopicMetadata | undefined;

  /**
   * Waits until the topic is known.
   *
   * @throws UnknownTopicError when a reachable broker said twice, at least 1 s apart, that the topic does not exist (remembered: later calls fail at once while a refresh runs)
   * @throws AuthorizationError when the broker refuses this principal the topic
   * @throws AuthenticationError when brokers refuse our credentials
   * @throws ClusterUnavailableError when `timeoutMs` is over
   * @throws ProducerClosedError after `close()`
   */
  loadTopic(name: string, timeoutMs: number): Promise<TopicMetadata>;

  /**
   * Waits for an answer that was asked for after the call, whatever is known already. Asked with back-off: many calls share few questions.
   *
   * @throws what `loadTopic()` throws
   */
  reloadTopic(name: string, timeoutMs: number): Promise<TopicMetadata>;

  /** Why the brokers do not let us have a topic, once they are sure: what `loadTopic()` would fail with at once. `undefined`: usable, or still to be found out. */
  refusal(topic: string): Error | undefined;

  /**
   * The sender met an error that says the metadata of this topic is out of date. Schedules one refresh for all topics invalidated meanwhile, with back-off.
   *
   * @param hint the new leader as the produce response named it (KIP-951); applied at once when its epoch is newer than ours
   */
  invalidate(topic: string, hint?: LeaderHint): void;

  /** Called after every change of topics or brokers; never re-entrantly from `topic()` or `invalidate()` without a change. Returns the unsubscriber. */
  onMetadataChange(listener: () => void): () => void;

  /** True when the connection is up and negotiated (TLS, ApiVersions and SASL done): `send()` writes at once. */
  isReady(nodeId: number, purpose: ConnectionPurpose): boolean;

  /** Resolves when the node is ready for this purpose. Concurrent calls share one attempt, attempts to a node are spaced by the reconnect back-off. Rejects when the attempt failed, never at once: whoever tries again immediately does not spin. */
  connect(nodeId: number, purpose: ConnectionPurpose): Promise<void>;

  /**
   * Writes a request and resolves with its decoded response.
   *
   * When the node is ready the bytes are handed to the socket synchronously, so requests of one purpose reach the broker in the order of the calls.
   * When it is not, the promise rejects with `ConnectionLostError { written: false }`: call `connect()` first.
   *
   * @throws ConnectionLostError the connection closed before the answer; `written` tells whether the broker may have seen the request
   * @throws RequestTimeoutError no answer in time; the connection has been destroyed, with every request on it
   * @throws UnsupportedVersionError the broker speaks no version of this API that we do; nothing was written
   */
  send<R>(nodeId: number, request: WireRequest<R>, purpose: ConnectionPurpose): Promise<R>;

  /** A node that can be asked anything: the one with the fewest outstanding requests among those connected for `control`, else a newly connected one. */
  anyNode(): Promise<number>;

  /** The node that coordinates a group or a transactional id. Cached until `invalidateCoordinator()`. */
  coordinator(type: CoordinatorType, key: string): Promise<number>;

  /**
   * How transactions work, as the node told when it was last connected for this purpose (the feature `transaction.version`): 2 raises the epoch with every
   * transaction (KIP-890), 1 does not. 1 for a node that does not tell, or is not connected.
   */
  transactionVersion(nodeId: number, purpose: ConnectionPurpose): TransactionVersion;

  /** The coordinator said it is none (NOT_COORDINATOR) or is gone: the next `coordinator()` asks again. */
  invalidateCoordinator(type: CoordinatorType, key: string): void;

  brokers(): readonly BrokerState[];

  /** Proves that a broker can be reached and accepts us: resolves once metadata was answered. Rejects with the reason after `timeoutMs`. */
  ping(timeoutMs: number): Promise<void>;

  /** Destroys every connection and timer. Resolves when the sockets are closed; calls afterwards reject with `ProducerClosedError`. Idempotent. */
  close(): Promise<void>;
}

/** Each purpose has its own connection to a broker, so that a slow kind of request never delays another kind: a broker serves one connection strictly in order. */
export type ConnectionPurpose = 'produce' | 'transaction' | 'control' | 'stream' | 'stream-control';

export type TransactionVersion = 1 | 2;

export type CoordinatorType = 'group' | 'transaction';

/** One request: how to encode it for the version the broker and we agree on, and how to read the answer. */
export interface WireRequest<R> {
  readonly api: ApiDefinition;
  /** Lowest version that can express this request; below it the request fails with `UnsupportedVersionError`. Default: the lowest we speak. */
  readonly minVersion?: number;
  /** Highest version to use although both sides may know a later one. Default: the highest we speak. */
  readonly maxVersion?: number;
  /** From the write to the answer. When it is over the connection is destroyed, because later answers on it could no longer be trusted to come. */
  readonly timeoutMs: number;
  /** `false` for Produce with acks 0: the request settles when the socket took its bytes, and `decode` is never called: the result is `undefined`. */
  readonly expectResponse: boolean;
  /** The whole frame with its size prefix, as pieces that are written together without being copied. Called synchronously inside `send()`, at most once. */
  encode(version: number, correlationId: number, clientId: string): readonly Uint8Array[];
  /** The frame without its size prefix. */
  decode(version: number, frame: Buffer): R;
}

/** What a broker said about a topic. Frozen by convention: never written to after it was published. */
export interface TopicMetadata {
  readonly name: string;
  /** Kafka's 22-character form; absent on brokers before 2.8. */
  readonly topicId?: string;
  /** The index is the partition id. */
  readonly partitions: readonly PartitionMetadata[];
  /** Ids of the partitions that have a leader, ascending. */
  readonly available: readonly number[];
}

export interface PartitionMetadata {
  readonly partition: number;
  /** Node id; −1 when the partition has no leader now. */
  readonly leader: number;
  /** −1 when the broker does not tell. Never goes backwards for a topic id. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** 0, or why this partition cannot be used now (5 LEADER_NOT_AVAILABLE, …). */
  readonly errorCode: number;
}

export interface LeaderHint {
  readonly partition: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  /** Where the leader listens, when the response told (KIP-951 NodeEndpoints): lets us reach a broker the metadata does not name yet. */
  readonly host?: string;
  readonly port?: number;
}

export interface BrokerState {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  /** At least one connection of any purpose is ready. */
  readonly connected: boolean;
}
