import type { BatchCodec } from '../../accumulator/batch-compressor.js';
import { RecordAccumulator } from '../../accumulator/record-accumulator.js';
import type { Cluster, ConnectionPurpose } from '../../cluster/cluster.js';
import { rejection } from '../../sender/batch-rejection.js';
import type { BoardingSettings } from '../../sender/boarding.js';
import { Sender } from '../../sender/sender.js';
import type { Clock } from '../../support/clock.js';
import { CoordinatorRequests, type CoordinatorSettings } from './coordinator-requests.js';
import { IdentityRenewal } from './identity-renewal.js';
import { KafkaTransactionalProducer } from './kafka-transactional-producer.js';
import { TransactionEnd } from './transaction-end.js';
import { TransactionOffsets } from './transaction-offsets.js';
import { TransactionPartitions } from './transaction-partitions.js';
import { TransactionRecords } from './transaction-records.js';
import { TransactionRequests } from './transaction-requests.js';
import { TransactionSettlement } from './transaction-settlement.js';
import { TransactionalIdentity } from './transactional-identity.js';
import type { TransactionalProducer } from './transactional-producer.js';
import { Waits } from './waits.js';

/** All in-sync replicas: a transaction promises nothing without. */
const ACKS_ALL = -1;
/** How leaders learn which transaction a partition joins: told by the coordinator, or by the request itself. */
const PRODUCE_VERSIONS = { 1: { min: 3, max: 11 }, 2: { min: 12, max: Infinity } } as const;
/** Nothing is ever reserved: only how much memory of batches is kept to be used again hangs on it, a quarter. */
const BUFFER_BYTES = 2 ** 24;

export interface TransactionalProducerSettings extends CoordinatorSettings, Omit<BoardingSettings, 'transaction'> {
  readonly transactionalId: string;
  /** How long brokers wait before they abort what is open, in milliseconds. */
  readonly transactionTimeoutMs: number;
  /** Connections for its records; those for its coordinators are `controlPurpose`. */
  readonly recordsPurpose: ConnectionPurpose;
  readonly batchSizeBytes: number;
  /** `undefined`: records are sent uncompressed. */
  readonly codec: BatchCodec | undefined;
  /** 1 to 5. */
  readonly maxInFlightRequestsPerConnection: number;
}

/** A producer for one transactional id. Cheap: no broker is asked before `begin()`. It does not close the cluster. */
export function createTransactionalProducer(
  settings: TransactionalProducerSettings,
  cluster: Cluster,
  clock: Clock,
): TransactionalProducer {
  const { transactionalId, transactionTimeoutMs } = settings;
  const waits = new Waits(clock);
  const identity = new TransactionalIdentity();
  const accumulator = new RecordAccumulator({ ...settings, lingerMs: 0, bufferMemoryBytes: BUFFER_BYTES }, clock);
  const coordinators = new CoordinatorRequests(cluster, settings, clock, waits);
  const requests = new TransactionRequests(coordinators, transactionalId, transactionTimeoutMs);
  const transaction = {
    transactionalId,
    get produceVersions(): { readonly min: number; readonly max: number } {
      return PRODUCE_VERSIONS[producer.transactionVersion];
    },
  };
  const settlement = new TransactionSettlement(accumulator, identity, settings, clock);
  const sender = new Sender(
    accumulator,
    cluster,
    {
      ...settings,
      acks: ACKS_ALL,
      enableIdempotence: true,
      retries: Infinity,
      deliveryTimeoutMs: Infinity,
      transaction,
    },
    clock,
    () => {},
    {
      identity,
      settlement,
      purpose: settings.recordsPurpose,
    },
  );
  identity.onDoubt = (errorCode) => sender.refuseWaiting((batch) => rejection(batch, { errorCode, message: null }));
  const producer: KafkaTransactionalProducer = new KafkaTransactionalProducer({
    transactionalId,
    clock,
    waits,
    identity,
    requests,
    renewal: new IdentityRenewal(identity, requests),
    partitions: new TransactionPartitions(requests, cluster),
    offsets: new TransactionOffsets(coordinators, requests),
    end: new TransactionEnd(requests),
    records: new TransactionRecords(accumulator, sender, clock),
  });
  settlement.onLost = () => producer.noteLate();
  return producer;
}
