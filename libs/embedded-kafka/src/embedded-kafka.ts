import type { ApiName } from 'kafka-wire';
import { assembleCluster } from './assemble-cluster.js';
import { Broker } from './broker/broker.js';
import type { LoggedRequest } from './broker/request-log.js';
import type { SharedServices } from './broker/request-server.js';
import { tcpTransport } from './broker/tcp-transport.js';
import type { CoordinatorType } from './cluster/coordinator-map.js';
import type { ElectionType } from './cluster/leader-election.js';
import type { ReplicationLag } from './cluster/replica.js';
import { lagFollower, setInSync } from './cluster/replica-controls.js';
import { checkOptions, type EmbeddedKafkaOptions, type TopicOptions } from './embedded-kafka.options.js';
import type { ClusterNetwork } from './faults/cluster-network.js';
import type { Faults } from './faults/faults.js';
import { LoadedCodecs } from './log/loaded-codecs.js';
import { isRefusal } from './log/refusal.js';
import { readRecords, type ReadRecordsOptions, type StoredRecord } from './log/read-records.js';
import type { Acls } from './security/acls.js';
import type { Users } from './security/users.js';
import { Transactions } from './transactions/transactions.js';

const DEFAULT_COUNT = -1;

/**
 * A Kafka cluster inside this process, for tests and demos. Any Kafka client can use it.
 *
 * Everything is in memory and gone after `stop()`.
 */
export class EmbeddedKafka {
  readonly #shared: SharedServices;
  readonly #brokers: readonly Broker[];

  private constructor(options: EmbeddedKafkaOptions, codecs: LoadedCodecs) {
    this.#shared = assembleCluster(options, codecs);
    const transport = this.#shared.security.transportOver(options.transport ?? tcpTransport);
    this.#brokers = this.#shared.cluster.nodes.map((node) => new Broker(node, this.#shared, transport));
  }

  /**
   * Starts the brokers and creates the topics.
   *
   * @throws InvalidEmbeddedKafkaOptionsError naming every option that cannot work
   * @throws Error when a port is taken
   */
  static async start(options: EmbeddedKafkaOptions = {}): Promise<EmbeddedKafka> {
    checkOptions(options);
    const kafka = new EmbeddedKafka(options, await LoadedCodecs.builtIn());
    try {
      for (const broker of kafka.#brokers) await broker.start();
      for (const topic of options.topics ?? []) kafka.createTopic(topic);
    } catch (error) {
      await kafka.stop();
      throw error;
    }
    return kafka;
  }

  /** `host:port` of every broker, stopped ones too: for the `brokers` option of any client. */
  get bootstrap(): string[] {
    return this.#brokers.map(({ host, port }) => `${host}:${port}`);
  }

  get brokers(): readonly Broker[] {
    return this.#brokers;
  }

  /** What happens to requests and responses on their way. */
  get faults(): Faults {
    return this.#shared.faults;
  }

  /** What lies between clients and brokers, and between brokers: it can be cut. */
  get network(): ClusterNetwork {
    return this.#shared.network;
  }

  /** Certificate of the brokers, PEM: for `ssl: { ca }` of clients. Undefined without `tls`. */
  get ca(): string | undefined {
    return this.#shared.security.tls?.cert;
  }

  /** Who may log in, with the option `sasl`. */
  get users(): Users {
    return this.#shared.security.users;
  }

  /**
   * What clients may do.
   *
   * @throws RangeError when the cluster was started without such rules: adding one would change nothing
   */
  get acls(): Acls {
    const { acls, authorizer } = this.#shared.security;
    if (authorizer === undefined) throw new RangeError('start the cluster with acls: [] to give and take rights');
    return acls;
  }

  /** What transactions are in, and how fast they end. */
  get transactions(): Transactions {
    return new Transactions(this.#shared.transactions);
  }

  /** @param nodeId from 1 */
  broker(nodeId: number): Broker {
    const broker = this.#brokers.find(({ id }) => id === nodeId);
    if (broker === undefined)
      throw new RangeError(`there is no broker ${nodeId}; there are 1 to ${this.#brokers.length}`);
    return broker;
  }

  /** Creates a topic that all brokers know at once. */
  createTopic({ name, partitions, replicationFactor, configs = {} }: TopicOptions): void {
    const { cluster } = this.#shared;
    const plan = cluster.planTopic({
      name,
      partitions: partitions ?? DEFAULT_COUNT,
      replicationFactor: replicationFactor ?? DEFAULT_COUNT,
      configs: new Map(Object.entries(configs).map(([key, value]) => [key, String(value)])),
    });
    if (isRefusal(plan)) throw new RangeError(`topic "${name}" cannot be created: ${plan.message}`);
    cluster.addTopic(name, plan, 0);
  }

  deleteTopic(name: string): void {
    if (this.#shared.cluster.deleteTopic(name, 0) === undefined) throw new RangeError(`there is no topic "${name}"`);
    this.#shared.groups.forgetTopic(name);
  }

  /** Makes an in-sync replica of the partition its leader. Requests waiting at the old one are answered NOT_LEADER_OR_FOLLOWER. */
  moveLeader(topic: string, partition: number, nodeId: number): void {
    this.#shared.cluster.moveLeader(topic, partition, nodeId);
  }

  /**
   * How far a follower of one partition is behind: so many milliseconds, or `'stopped'`. 0 lets it catch up.
   *
   * It leaves the in-sync set when it has not been caught up for `replicaLagTimeMaxMs`; until then the high watermark waits for it.
   */
  lagFollower(topic: string, partition: number, nodeId: number, lag: ReplicationLag): void {
    lagFollower(this.#shared.cluster, topic, partition, nodeId, lag);
  }

  /**
   * Makes these the in-sync replicas, at once. Those that are named catch up; the others stop fetching and stay out until they are named or
   * `lagFollower` sets them free.
   *
   * @param nodeIds with the leader
   */
  setInSync(topic: string, partition: number, nodeIds: readonly number[]): void {
    setInSync(this.#shared.cluster, topic, partition, nodeIds);
  }

  /**
   * Elects a leader as `kafka-leader-election.sh` does. An unclean election loses what the new leader does not have.
   *
   * @returns false when there was nothing to do: the preferred replica leads already, or there is a leader
   * @throws RangeError when no replica can be elected
   */
  electLeader(topic: string, partition: number, type: ElectionType = 'preferred'): boolean {
    const { cluster } = this.#shared;
    const refused = cluster.elections.elect(type, cluster.partitionOrThrow(topic, partition));
    if (refused === undefined || refused === 'ELECTION_NOT_NEEDED') return refused === undefined;
    throw new RangeError(`${topic}-${partition} gets no leader: ${refused}`);
  }

  /** Which broker metadata names as the controller. Any broker serves what goes to the controller, as in KRaft. */
  moveController(nodeId: number): void {
    this.#shared.cluster.moveController(nodeId);
  }

  get controllerId(): number {
    return this.#shared.cluster.controllerId;
  }

  /** Node ids of the in-sync replicas. */
  inSyncReplicas(topic: string, partition: number): readonly number[] {
    return this.#shared.cluster.partitionOrThrow(topic, partition).inSync;
  }

  /** Node id of the leader; -1 while there is none. */
  leaderOf(topic: string, partition: number): number {
    return this.#shared.cluster.partitionOrThrow(topic, partition).leader;
  }

  /** Node id of the coordinator of a group or a transactional id; -1 while there is none. */
  coordinatorOf(type: CoordinatorType, key: string): number {
    return this.#shared.coordinators.nodeFor(type, key)?.id ?? -1;
  }

  /**
   * Makes a broker the coordinator of a group or a transactional id, and of all others that share its internal partition.
   *
   * The old one answers NOT_COORDINATOR from now on, the new one COORDINATOR_LOAD_IN_PROGRESS for `coordinatorLoadMs`.
   */
  moveCoordinator(type: CoordinatorType, key: string, nodeId: number): void {
    this.#shared.coordinators.move(type, key, nodeId);
  }

  /**
   * Makes the brokers forget what they know of the producers of a partition, as they do on their own after `producerIdExpirationMs`: no batch
   * is a repeat any more, and any sequence is taken next.
   */
  forgetProducers(topic: string, partition: number): void {
    const found = this.#shared.cluster.partition(topic, partition);
    if (found === undefined) throw new RangeError(`there is no partition ${topic}-${partition}`);
    found.forgetProducers();
  }

  /** Deletes and compacts records, and forgets producers, as far as it is time to: what otherwise happens every `logCleanupIntervalMs`. */
  cleanLogs(): void {
    this.#shared.logCleaner.clean();
  }

  /** Records of a topic, partition by partition in the order of their offsets. */
  async recordsIn(topic: string, options: ReadRecordsOptions = {}): Promise<StoredRecord[]> {
    const found = this.#shared.cluster.topic(topic);
    if (found === undefined) throw new RangeError(`there is no topic "${topic}"`);
    return readRecords(found.partitions, options);
  }

  /** Requests that reached a broker, oldest first; of one API or of all. */
  requests(api?: ApiName): LoggedRequest[] {
    return this.#shared.requestLog.of(api);
  }

  /**
   * The first request of that API that `isIt` and has reached a broker or reaches one from now on; it may not be answered yet.
   *
   * @throws Error when the cluster stops before
   */
  requestSeen(api: ApiName, isIt: (request: LoggedRequest) => boolean = () => true): Promise<LoggedRequest> {
    return this.#shared.requestLog.seen(api, isIt);
  }

  /** Forgets the requests seen so far. */
  clearRequests(): void {
    this.#shared.requestLog.clear();
  }

  /** Cuts every connection; no socket, port or timer stays. */
  async stop(): Promise<void> {
    this.#shared.faults.close();
    this.#shared.requestLog.close(new Error('the cluster was stopped'));
    await Promise.all(this.#brokers.map((broker) => broker.stop()));
    this.#shared.logCleaner.stop();
    this.#shared.groups.close();
    this.#shared.transactions.close();
    this.#shared.cluster.close();
  }
}
