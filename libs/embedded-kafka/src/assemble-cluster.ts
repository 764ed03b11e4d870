import { authorizedHandlers } from './api/authorization.js';
import { createHandlers } from './api/handlers.js';
import { RequestLog } from './broker/request-log.js';
import type { SharedServices } from './broker/request-server.js';
import { ClusterState, type Node } from './cluster/cluster-state.js';
import { CoordinatorMap } from './cluster/coordinator-map.js';
import { LogCleaner } from './cluster/log-cleaner.js';
import type { EmbeddedKafkaOptions } from './embedded-kafka.options.js';
import { ClusterNetwork } from './faults/cluster-network.js';
import { Faults } from './faults/faults.js';
import { GroupCoordinator } from './groups/group-coordinator.js';
import type { LoadedCodecs } from './log/loaded-codecs.js';
import { Security } from './security/security.js';
import { systemClock } from './time/clock.js';
import { Random } from './time/random.js';
import { MarkerWriter } from './transactions/marker-writer.js';
import { TransactionCoordinator } from './transactions/transaction-coordinator.js';

const USUAL_REPLICATION_FACTOR = 3;
/** Kafka has 50; a test that lists topics is spared them. */
const USUAL_INTERNAL_PARTITIONS = 3;
const USUAL_MARKER_DELAY_MS = 2;
const MAX_SESSION_TIMEOUT_MS = 1_800_000;

/** What all brokers of a cluster share, made from the options; every default is here. */
export function assembleCluster(options: EmbeddedKafkaOptions, codecs: LoadedCodecs): SharedServices {
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
      codecs,
      replicaLagTimeMaxMs: options.replicaLagTimeMaxMs ?? 30_000,
      brokerSessionTimeoutMs: options.brokerSessionTimeoutMs ?? 9_000,
    },
    nodes,
    options.clock ?? systemClock,
    new Random(options.seed ?? Math.floor(Math.random() * 0x1_0000_0000)),
  );
  const coordinators = new CoordinatorMap(cluster, {
    partitions: options.internalTopicPartitions ?? USUAL_INTERNAL_PARTITIONS,
    loadMs: options.coordinatorLoadMs ?? 0,
  });
  const groupSettings = {
    initialRebalanceDelayMs: options.groupInitialRebalanceDelayMs ?? 0,
    minSessionTimeoutMs: options.groupMinSessionTimeoutMs ?? 6_000,
    maxSessionTimeoutMs: MAX_SESSION_TIMEOUT_MS,
    maxSize: options.groupMaxSize ?? Number.MAX_SAFE_INTEGER,
  };
  const groups = new GroupCoordinator(cluster, groupSettings, coordinators);
  const transactions = createTransactions(options, cluster, groups, coordinators);
  const logCleaner = new LogCleaner(
    cluster,
    {
      intervalMs: options.logCleanupIntervalMs ?? 300_000,
      producerIdExpirationMs: options.producerIdExpirationMs ?? 86_400_000,
    },
    [groups, transactions],
  );
  const requestLog = new RequestLog(options.maxLoggedRequests ?? 100_000, options.onRequest);
  const security = new Security(options, cluster.clock, cluster.random);
  const handlers = authorizedHandlers(createHandlers(), security.authorizer !== undefined);
  const ids = nodes.map(({ id }) => id);
  const servedApis = new Set(Array.from(handlers.values(), ({ api }) => api.name));
  const faults = new Faults({ brokers: ids, servedApis }, cluster.random);
  const network = new ClusterNetwork(ids, () => cluster.replicateAll());
  cluster.replication.canReplicate = (leader, follower) => network.canReplicate(leader, follower);
  return { cluster, groups, coordinators, transactions, security, logCleaner, faults, network, requestLog, handlers };
}

function createTransactions(
  options: EmbeddedKafkaOptions,
  cluster: ClusterState,
  groups: GroupCoordinator,
  coordinators: CoordinatorMap,
): TransactionCoordinator {
  const settings = {
    maxTimeoutMs: options.transactionMaxTimeoutMs ?? 900_000,
    abortIntervalMs: options.transactionAbortIntervalMs ?? 10_000,
    idExpirationMs: options.transactionalIdExpirationMs ?? 604_800_000,
    roundTripMs: options.transactionMarkerDelayMs === 0 ? 0 : 1,
  };
  const markers = new MarkerWriter(
    cluster,
    options.transactionMarkerDelayMs ?? USUAL_MARKER_DELAY_MS,
    (offsetsPartition, { producerId, committed }) => groups.endTransaction(offsetsPartition, producerId, committed),
  );
  return new TransactionCoordinator(coordinators, settings, markers, options.transactionVersion ?? 2);
}
