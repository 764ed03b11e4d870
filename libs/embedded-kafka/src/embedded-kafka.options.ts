import { topicNameProblem } from './cluster/topic-name.js';
import type { LoggedRequest } from './broker/request-log.js';
import type { Transport } from './broker/transport.js';
import { SECURITY_RULES, type SecurityOptions } from './security/security.js';
import type { Clock } from './time/clock.js';

/** A topic to create. */
export interface TopicOptions {
  readonly name: string;
  /** @defaultValue 1 */
  readonly partitions?: number;
  /** @defaultValue 3, or the number of brokers if there are fewer */
  readonly replicationFactor?: number;
  /** Kafka's topic settings by name, such as `{ 'max.message.bytes': 1_000_000 }`. */
  readonly configs?: Readonly<Record<string, string | number | boolean>>;
}

export interface EmbeddedKafkaOptions extends SecurityOptions {
  /** How many brokers, 1 to 9. Their node ids are 1, 2, … @defaultValue 1 */
  readonly brokers?: number;
  /** Topics that are there when `start()` resolves. @defaultValue [] */
  readonly topics?: readonly TopicOptions[];
  /** Address to listen on and to advertise. @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** Port of broker 1; broker n listens n - 1 above. 0: any free ports. @defaultValue 0 */
  readonly port?: number;
  /** Whether asking for a missing topic creates it, where the client allows it (`auto.create.topics.enable`; Kafka's own default is true). @defaultValue false */
  readonly autoCreateTopics?: boolean;
  /** Partitions of topics created without a number (`num.partitions`). @defaultValue 1 */
  readonly defaultPartitions?: number;
  /**
   * Milliseconds until all brokers know a topic that a client created or deleted. They hear of it one after the other: before, a broker answers
   * UNKNOWN_TOPIC_OR_PARTITION, and for a moment NOT_LEADER_OR_FOLLOWER. @defaultValue 0
   */
  readonly topicPropagationMs?: number;
  /** Milliseconds after which a follower that lacks records leaves the in-sync set (`replica.lag.time.max.ms`). @defaultValue 30000 */
  readonly replicaLagTimeMaxMs?: number;
  /** Milliseconds after which a paused broker loses its leaderships (`broker.session.timeout.ms`). @defaultValue 9000 */
  readonly brokerSessionTimeoutMs?: number;
  /** Partitions of `__consumer_offsets` and `__transaction_state`, whose leaders coordinate groups and transactions (Kafka's own default is 50). @defaultValue 3 */
  readonly internalTopicPartitions?: number;
  /** Milliseconds a coordinator answers COORDINATOR_LOAD_IN_PROGRESS after it was elected. @defaultValue 0 */
  readonly coordinatorLoadMs?: number;
  /** Milliseconds the first rebalance of a group waits for more members (`group.initial.rebalance.delay.ms`; Kafka's own default is 3000). @defaultValue 0 */
  readonly groupInitialRebalanceDelayMs?: number;
  /** Shortest session time-out a group member may ask for, in milliseconds (`group.min.session.timeout.ms`). @defaultValue 6000 */
  readonly groupMinSessionTimeoutMs?: number;
  /** Most members a group may have (`group.max.size`). @defaultValue no limit */
  readonly groupMaxSize?: number;
  /** Level of the feature `transaction.version`: 2 raises a producer's epoch with every transaction, 1 does not. @defaultValue 2 */
  readonly transactionVersion?: 1 | 2;
  /**
   * A marker takes from 1 to so many milliseconds to reach a partition after its transaction ended. 0: it is there at once, and brokers have the
   * coordinator's answers at once too, so that nothing gets in the way of anything. @defaultValue 2
   */
  readonly transactionMarkerDelayMs?: number;
  /** Milliseconds between two looks for transactions that take too long (`transaction.abort.timed.out.transaction.cleanup.interval.ms`). @defaultValue 10000 */
  readonly transactionAbortIntervalMs?: number;
  /** Longest transaction time-out a producer may ask for, in milliseconds (`transaction.max.timeout.ms`). @defaultValue 900000 */
  readonly transactionMaxTimeoutMs?: number;
  /** Milliseconds after which a transactional id that nobody uses is forgotten (`transactional.id.expiration.ms`). @defaultValue 604800000 */
  readonly transactionalIdExpirationMs?: number;
  /**
   * Milliseconds between looks through the logs for records to delete or to compact, and for producers to forget
   * (`log.retention.check.interval.ms`). `cleanLogs()` looks at once. @defaultValue 300000
   */
  readonly logCleanupIntervalMs?: number;
  /** Milliseconds after a producer's last records when a partition forgets it, and with it which batches are repeats (`producer.id.expiration.ms`). @defaultValue 86400000 */
  readonly producerIdExpirationMs?: number;
  /** How many of the latest requests `requests()` can show. @defaultValue 100000 */
  readonly maxLoggedRequests?: number;
  /** Told of every request that reaches a broker, before it is served. What it throws is nobody's to catch. */
  readonly onRequest?: (request: LoggedRequest) => void;
  /** Seed of everything random: ids of the cluster, of topics and of group members. @defaultValue a different one each time */
  readonly seed?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
  /** @defaultValue TCP */
  readonly transport?: Transport;
}

export interface OptionProblem {
  readonly path: string;
  readonly message: string;
}

/** Options that cannot work. Lists every problem at once. */
export class InvalidEmbeddedKafkaOptionsError extends Error {
  override readonly name = 'InvalidEmbeddedKafkaOptionsError';

  constructor(readonly problems: readonly OptionProblem[]) {
    super(`EmbeddedKafka cannot start: ${problems.map(({ path, message }) => `${path} ${message}`).join('; ')}`);
  }
}

const MAX_BROKERS = 9;
const MAX_PORT = 65_535;

type Rule = (value: unknown) => string | undefined;

const integer =
  (min: number, max = Number.MAX_SAFE_INTEGER): Rule =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `must be an integer from ${min} to ${max}, not ${JSON.stringify(value)}`;
const ofType =
  (type: 'boolean' | 'string' | 'object' | 'function'): Rule =>
  (value) =>
    typeof value === type && value !== null ? undefined : `must be a ${type}, not ${JSON.stringify(value)}`;

const RULES: Readonly<Record<keyof EmbeddedKafkaOptions, Rule>> = {
  brokers: integer(1, MAX_BROKERS),
  topics: (value) => (Array.isArray(value) ? undefined : 'must be an array of { name, partitions }'),
  host: ofType('string'),
  port: integer(0, MAX_PORT),
  autoCreateTopics: ofType('boolean'),
  defaultPartitions: integer(1),
  topicPropagationMs: integer(0),
  replicaLagTimeMaxMs: integer(1),
  brokerSessionTimeoutMs: integer(1),
  internalTopicPartitions: integer(1),
  coordinatorLoadMs: integer(0),
  groupInitialRebalanceDelayMs: integer(0),
  groupMinSessionTimeoutMs: integer(1),
  groupMaxSize: integer(1),
  transactionVersion: integer(1, 2),
  transactionMarkerDelayMs: integer(0),
  transactionAbortIntervalMs: integer(1),
  transactionMaxTimeoutMs: integer(1),
  transactionalIdExpirationMs: integer(1),
  logCleanupIntervalMs: integer(1),
  producerIdExpirationMs: integer(1),
  maxLoggedRequests: integer(1),
  onRequest: ofType('function'),
  seed: integer(0),
  clock: ofType('object'),
  transport: ofType('object'),
  ...SECURITY_RULES,
};

/** @throws InvalidEmbeddedKafkaOptionsError with all problems */
export function checkOptions(options: EmbeddedKafkaOptions): void {
  const problems: OptionProblem[] = [];
  for (const [path, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const rule = Object.hasOwn(RULES, path) ? RULES[path as keyof EmbeddedKafkaOptions] : undefined;
    const message = rule === undefined ? `is not an option; there are ${Object.keys(RULES).join(', ')}` : rule(value);
    if (message !== undefined) problems.push({ path, message });
  }
  if (Array.isArray(options.topics)) problems.push(...topicProblems(options.topics));
  if (problems.length > 0) throw new InvalidEmbeddedKafkaOptionsError(problems);
}

function topicProblems(topics: readonly TopicOptions[]): OptionProblem[] {
  return topics.flatMap((topic, at) => {
    const problem = topicNameProblem(topic?.name ?? '');
    if (problem !== undefined) return [{ path: `topics[${at}].name`, message: `is wrong: ${problem}` }];
    const isRepeated = topics.findIndex(({ name }) => name === topic.name) < at;
    return isRepeated ? [{ path: `topics[${at}].name`, message: `repeats "${topic.name}"` }] : [];
  });
}
