export { EmbeddedKafka } from './embedded-kafka.js';
export {
  InvalidEmbeddedKafkaOptionsError,
  type EmbeddedKafkaOptions,
  type OptionProblem,
  type TopicOptions,
} from './embedded-kafka.options.js';
export type { Broker } from './broker/broker.js';
export type { CoordinatorType } from './cluster/coordinator-map.js';
export type { ElectionType } from './cluster/leader-election.js';
export type { ReplicationLag } from './cluster/replica.js';
export type { LoggedBatch, LoggedRequest } from './broker/request-log.js';
export type { Listener, Peer, Transport } from './broker/transport.js';
export type { Fault, FaultAction, FaultPlan } from './faults/fault.js';
export type { Faults } from './faults/faults.js';
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
export type { Clock, TimerHandle } from './time/clock.js';
export { Random } from './time/random.js';
export type { TopicPartition, TransactionVersion } from './transactions/transaction-metadata.js';
export type { TransactionState } from './transactions/transaction-state.js';
export type { TransactionInfo, Transactions } from './transactions/transactions.js';
