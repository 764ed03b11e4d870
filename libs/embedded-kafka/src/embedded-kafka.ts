import type { ApiName } from 'kafka-wire';
import { createHandlers } from './api/handlers.js';
import { Broker } from './broker/broker.js';
import { RequestLog, type LoggedRequest } from './broker/request-log.js';
import type { SharedServices } from './broker/request-server.js';
import { tcpTransport } from './broker/tcp-transport.js';
import { ClusterState, type Node } from './cluster/cluster-state.js';
import { checkOptions, type EmbeddedKafkaOptions, type TopicOptions } from './embedded-kafka.options.js';
import { Faults } from './faults/faults.js';
import { GroupCoordinator } from './groups/group-coordinator.js';
import { isRefusal } from './log/refusal.js';
import { readRecords, type ReadRecordsOptions, type StoredRecord } from './log/read-records.js';
import { systemClock } from './time/clock.js';
import { Random } from './time/random.js';

const DEFAULT_COUNT = -1;
const USUAL_REPLICATION_FACTOR = 3;
const MAX_SESSION_TIMEOUT_MS = 1_800_000;

/**
 * A Kafka cluster inside this process, for tests and demos. Any Kafka client can use it.
 *
 * Everything is in memory and gone after `stop()`.
 */
export class EmbeddedKafka {
  readonly #shared: SharedServices;
  readonly #brokers: readonly Broker[];

  private constructor(options: EmbeddedKafkaOptions) {
    const count = options.brokers ?? 1;
    const port = options.port ?? 0;
    const nodes = Array.from({ length: count }, (_, at): Node => ({
      id: at + 1,
      port: port === 0 ? 0 : port + at,
      isUp: false,
      isFetching: true,
    }));
    const cluster = new ClusterState(
      {
        host: options.host ?? '127.0.0.1',
        autoCreateTopics: options.autoCreateTopics ?? false,
        defaultPartitions: options.defaultPartitions ?? 1,
        defaultReplicationFactor: Math.min(count, USUAL_REPLICATION_FACTOR),
        topicPropagationMs: options.topicPropagationMs ?? 0,
      },
      nodes,
      options.clock ?? systemClock,
      new Random(options.seed ?? Math.floor(Math.random() * 0x1_0000_0000)),
    );
    const groups = new GroupCoordinator(cluster, {
      initialRebalanceDelayMs: options.groupInitialRebalanceDelayMs ?? 0,
      minSessionTimeoutMs: options.groupMinSessionTimeoutMs ?? 6_000,
      maxSessionTimeoutMs: MAX_SESSION_TIMEOUT_MS,
    });
    const requestLog = new RequestLog(options.maxLoggedRequests ?? 100_000, options.onRequest);
    this.#shared = { cluster, groups, faults: new Faults(), requestLog, handlers: createHandlers() };
    const transport = options.transport ?? tcpTransport;
    this.#brokers = nodes.map((node) => new Broker(node, this.#shared, transport));
  }

  /**
   * Starts the brokers and creates the topics.
   *
   * @throws InvalidEmbeddedKafkaOptionsError naming every option that cannot work
   * @throws Error when a port is taken
   */
  static async start(options: EmbeddedKafkaOptions = {}): Promise<EmbeddedKafka> {
    checkOptions(options);
    const kafka = new EmbeddedKafka(options);
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
    if (this.#shared.cluster.deleteTopic(name) === undefined) throw new RangeError(`there is no topic "${name}"`);
    this.#shared.groups.forgetTopic(name);
  }

  /** Makes an in-sync replica of the partition its leader. Requests waiting at the old one are answered NOT_LEADER_OR_FOLLOWER. */
  moveLeader(topic: string, partition: number, nodeId: number): void {
    this.#shared.cluster.moveLeader(topic, partition, nodeId);
  }

  /** Node id of the leader; -1 while there is none. */
  leaderOf(topic: string, partition: number): number {
    const found = this.#shared.cluster.partition(topic, partition);
    if (found === undefined) throw new RangeError(`there is no partition ${topic}-${partition}`);
    return found.leader;
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

  /** Forgets the requests seen so far. */
  clearRequests(): void {
    this.#shared.requestLog.clear();
  }

  /** Cuts every connection; no socket, port or timer stays. */
  async stop(): Promise<void> {
    await Promise.all(this.#brokers.map((broker) => broker.stop()));
    this.#shared.groups.close();
    this.#shared.cluster.close();
  }
}
