export { EmbeddedKafka } from './embedded-kafka.js';
export {
  InvalidEmbeddedKafkaOptionsError,
  type EmbeddedKafkaOptions,
  type OptionProblem,
  type TopicOptions,
} from './embedded-kafka.options.js';
export type { Broker, BrokerStartOptions } from './broker/broker.js';
export type { CoordinatorType } from './cluster/coordinator-map.js';
export type { ElectionType } from './cluster/leader-election.js';
export type { ReplicationLag } from './cluster/replica.js';
export type { LoggedBatch, LoggedRequest } from './broker/request-log.js';
export type { Listener, Peer, Transport } from './broker/transport.js';
export type { FaultAction, FaultSide } from './faults/fault-action.js';
export type { Fault, FaultPlan, RequestFacts } from './faults/fault.js';
export type { Faults } from './faults/faults.js';
export type { ClusterNetwork, CutMode, CutPlan, NetworkCut } from './faults/cluster-network.js';
export type { RandomFaultKind, RandomFaultsOptions } from './faults/random-fault-kinds.js';
export type { RandomFaults } from './faults/random-faults.js';
export type { TopicScope } from './faults/topic-entries.js';
export type { ReadRecordsOptions, StoredRecord } from './log/read-records.js';
export type { Chunking, LatencyRange } from './simulation/network-conditions.js';
export type {
  Address,
  ConnectOptions,
  Direction,
  Network,
  NetworkConnection,
  NetworkPartition,
  PartitionScope,
  Side,
} from './simulation/network.js';
export type { SimulationClock } from './simulation/simulated-clock.js';
export { Simulation, type SimulationOptions } from './simulation/simulation.js';
export { SimulationStuckError } from './simulation/simulation.errors.js';
export type { SimulationTrace } from './simulation/trace.js';
export type {
  AclOperation,
  AclOptions,
  AclPattern,
  AclPermission,
  AclResource,
  AclResourceType,
  Acl,
} from './security/acl.js';
export type { AclMatch, Acls } from './security/acls.js';
export { issueCertificate, type CertificateRequest, type KeyAndCertificate } from './security/certificate.js';
export type { SaslMechanism, SaslOptions } from './security/sasl-settings.js';
export type { SecurityOptions } from './security/security.js';
export type { ClientAuth, TlsOptions } from './security/tls-settings.js';
export type { UserOptions, Users } from './security/users.js';
export type { Clock, TimerHandle } from './time/clock.js';
export { Random } from './time/random.js';
export type { TopicPartition, TransactionVersion } from './transactions/transaction-metadata.js';
export type { TransactionState } from './transactions/transaction-state.js';
export type { TransactionInfo, Transactions } from './transactions/transactions.js';
