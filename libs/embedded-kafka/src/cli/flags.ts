import type { EmbeddedKafkaOptions } from '../embedded-kafka.options.js';
import { parseTopics } from './topic-flag.js';
import { UsageError } from './usage-error.js';
import { parseUsers } from './user-flag.js';

/** One flag that becomes an option of the cluster. */
export interface Flag {
  readonly option: keyof EmbeddedKafkaOptions;
  /** What stands behind the flag in the help; a flag without a value is on when it is there. */
  readonly value?: string;
  readonly help: string;
  /** Given once per value when it may be repeated. @throws UsageError */
  readonly read?: (values: readonly string[], flag: string) => unknown;
}

/**
 * The flags that describe a cluster, by name: one row each, in the order of the help. A new option of the cluster becomes a flag by a row
 * here; its range is checked where every option's is.
 */
export const FLAGS = {
  port: {
    option: 'port',
    value: '<port>',
    help: 'port of broker 1, broker n listens n - 1 above; 0: any free ones (9092)',
    read: integer,
  },
  brokers: { option: 'brokers', value: '<count>', help: 'how many brokers, 1 to 9 (1)', read: integer },
  host: { option: 'host', value: '<address>', help: 'address to listen on and to advertise (127.0.0.1)' },
  topics: {
    option: 'topics',
    value: '<topics>',
    help: 'name[:partitions[:replicationFactor]],…; may be repeated',
    read: parseTopics,
  },
  'auto-create-topics': { option: 'autoCreateTopics', help: 'create a topic when a client asks for a missing one' },
  'default-partitions': {
    option: 'defaultPartitions',
    value: '<count>',
    help: 'partitions of topics created without a number (1)',
    read: integer,
  },
  'topic-propagation-ms': {
    option: 'topicPropagationMs',
    value: '<ms>',
    help: 'how long brokers do not know a topic that a client has created (0)',
    read: integer,
  },
  'coordinator-load-ms': {
    option: 'coordinatorLoadMs',
    value: '<ms>',
    help: 'how long a coordinator loads after it was elected (0)',
    read: integer,
  },
  'group-initial-rebalance-delay-ms': {
    option: 'groupInitialRebalanceDelayMs',
    value: '<ms>',
    help: 'how long the first rebalance of a group waits for members (0; Kafka: 3000)',
    read: integer,
  },
  'group-min-session-timeout-ms': {
    option: 'groupMinSessionTimeoutMs',
    value: '<ms>',
    help: 'shortest session time-out of a group member (6000)',
    read: integer,
  },
  'group-max-size': {
    option: 'groupMaxSize',
    value: '<count>',
    help: 'most members of a group (no limit)',
    read: integer,
  },
  user: {
    option: 'sasl',
    value: '<name:password>',
    help: 'clients must log in (PLAIN, SCRAM); may be repeated',
    read: parseUsers,
  },
  tls: { option: 'tls', help: 'clients must connect by TLS; see --ca-file' },
  seed: { option: 'seed', value: '<number>', help: 'makes the random ids the same each time', read: integer },
} as const satisfies Record<string, Flag>;

/** The last value counts, as with most tools. Ranges are not checked here. */
function integer(values: readonly string[], flag: string): number {
  const value = values.at(-1) ?? '';
  if (!/^-?\d{1,15}$/.test(value)) throw new UsageError(`--${flag} must be an integer, not "${value}"`);
  return Number(value);
}
