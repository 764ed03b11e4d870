import type { BrokerState } from './cluster/cluster.js';
import { DeliveryAbortedError } from './errors/delivery.errors.js';
import { pausedPartitionsOf, type PausedPartition } from './observability/paused-partitions.js';
import type { PipelineStats } from './pipeline/pipeline-stats.js';
import type { ProducerPipeline } from './pipeline/producer-pipeline.js';
import type { Delivery } from './record/delivery.js';
import type { ProducerRecord } from './record/producer-record.js';
import type { RecordMetadata } from './record/record-metadata.js';
import type { RequestScope } from './record/request-scope.js';
import { RequestScopes } from './scope/request-scopes.js';
import { runInScope, type RunInScopeOptions } from './scope/run-in-scope.js';
import type { TransactionEngine, TransactionStats } from './transactions/transaction-engine.js';
import type { ExplicitTransaction, Transaction } from './transactions/transaction.js';
import type { TransactionalOptions } from './transactions/transactional.options.js';

/** Where the service gives its records: the pipeline, or what stands before it. */
export type ServiceIntake = Pick<ProducerPipeline, 'send' | 'sendAll' | 'enqueue'>;

/** What the service needs of the pipeline. */
export type ServicePipeline = ServiceIntake & Pick<ProducerPipeline, 'flush' | 'partitionsFor' | 'topicName' | 'stats'>;

/** What the service needs of its transactions. */
export type ServiceTransactions = Pick<TransactionEngine, 'stats'> & {
  readonly transactions: Pick<TransactionEngine['transactions'], 'joined' | 'run' | 'begin' | 'current' | 'without'>;
};

/** What the service needs of the cluster. */
export interface ServiceCluster {
  brokers(): readonly Pick<BrokerState, 'connected'>[];
}

export interface SendOptions {
  /**
   * Gives the record up: it is taken out of its batch if that is not sealed yet, else the promise rejects with `DeliveryAbortedError` whose
   * `persisted` is `'possibly'`.
   */
  readonly signal?: AbortSignal | undefined;
}

/** One partition of a topic, as the cluster last described it. */
export interface PartitionInfo {
  readonly topic: string;
  readonly partition: number;
  /** Node id; `undefined` while the partition has no leader. */
  readonly leader: number | undefined;
  readonly replicas: readonly number[];
  /** In-sync replicas. */
  readonly isr: readonly number[];
}

/** A snapshot of one producer. Counters only grow. */
export interface ProducerStats extends PipelineStats, TransactionStats {
  /** Brokers with at least one connection that is ready. None is normal while nothing is sent. */
  readonly brokersConnected: number;
  /** Partitions that consumers of exactly-once handlers have left at a message which failed too often, because there is no dead-letter topic. */
  readonly pausedPartitions: readonly PausedPartition[];
}

let readScopes: (producer: KafkaProducerService) => RequestScopes;
let readUnit: (producer: KafkaProducerService) => unknown;

/** The scopes of a producer, for what opens them. Not public: an object in the producer's place need not have any. */
export function scopesOf(producer: unknown): RequestScopes | undefined {
  return producer instanceof KafkaProducerService ? readScopes(producer) : undefined;
}

/** Whether what it sends now is no plain record: it is staged, or refused because it would have to be. */
export function sendsInUnit(producer: Partial<Pick<KafkaProducerService, 'currentTransaction'>>): boolean {
  if (!(producer instanceof KafkaProducerService)) return producer.currentTransaction?.() !== undefined;
  try {
    return readUnit(producer) !== undefined;
  } catch {
    return true;
  }
}

/**
 * Sends records to Kafka. One per module; never closed by hand: that is done when the application shuts down.
 *
 * Records of one partition keep the order of the calls, across retries too. Every promise settles exactly once.
 */
export class KafkaProducerService {
  readonly #intake: ServiceIntake;
  readonly #pipeline: ServicePipeline;
  readonly #cluster: ServiceCluster;
  readonly #transactions: ServiceTransactions;
  readonly #scopes: RequestScopes;

  static {
    readScopes = (producer) => producer.#scopes;
    readUnit = (producer) => producer.#transactions.transactions.joined();
  }

  constructor(
    pipeline: ServicePipeline,
    cluster: ServiceCluster,
    transactions: ServiceTransactions,
    intake: ServiceIntake = pipeline,
    scopes: RequestScopes = new RequestScopes(() => {}),
  ) {
    this.#scopes = scopes;
    this.#intake = intake;
    this.#transactions = transactions;
    this.#pipeline = pipeline;
    this.#cluster = cluster;
  }

  /**
   * Resolves when the record is acknowledged as `acks` asks. In a transaction it resolves when the record is staged: its metadata has no offset yet.
   *
   * @throws SerializationError, PayloadValidationError, InvalidRecordError, RecordTooLargeError: fix this record
   * @throws UnknownTopicError, AuthorizationError, AuthenticationError: fix the cluster's side
   * @throws BufferExhaustedError: slow down; nothing was sent
   * @throws DeliveryTimeoutError, DeliveryRejectedError, DeliveryAbortedError: look at `persisted`
   * @throws ProducerClosedError: stop sending
   * @throws TransactionEndedError in the async context of a transaction that has ended; PropagationError in one of another producer alone
   */
  send(record: ProducerRecord, options?: SendOptions): Promise<RecordMetadata> {
    try {
      const unit = this.#transactions.transactions.joined();
      if (unit === undefined) return this.#intake.send(record, options?.signal);
      if (options?.signal?.aborted === true) throw abortedBefore(record);
      return unit.send(record);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Resolves when all records are acknowledged, with their metadata in the order of the records. Topics may differ.
   *
   * All are serialised and checked before the first is sent: when one cannot be sent, none is, and its error is thrown as it is.
   *
   * @throws BatchDeliveryError when some were sent and failed: look at `results`
   */
  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    try {
      return (this.#transactions.transactions.joined() ?? this.#intake).sendAll(records);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Resolves when the record has its place in the buffer, with a promise for its acknowledgement that may be ignored.
   *
   * @throws as `send()` does, for everything that shows before the record is in the buffer
   */
  enqueue(record: ProducerRecord): Promise<Delivery> {
    try {
      return (this.#transactions.transactions.joined() ?? this.#intake).enqueue(record);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Runs work as a unit: every record it sends, and every offset it commits, becomes visible to `read_committed` consumers, or none.
   *
   * The records are staged in memory and nothing reaches a broker before the work is done. When it throws they are dropped, and its error is thrown on. When it
   * succeeds the unit is committed, together with others that are done at that moment. Resolves when it is decided; consumers see it a moment later.
   *
   * @example
   * ```ts
   * await producer.transaction(async (tx) => {
   *   await producer.send(orderPlaced(event));
   *   await tx.send({ topic: 'stock', value: event });
   * });
   * ```
   * @throws TransactionAbortedError nothing was committed: run the whole unit again if the cause allows it
   * @throws TransactionOutcomeUnknownError reconcile by a business key
   * @throws ProducerFencedError another process uses our `transactional.id`
   * @throws PropagationError when the propagation does not fit where it is called
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionalOptions): Promise<T> {
    return this.#transactions.transactions.run(work, options);
  }

  /** A unit that its caller ends: `commit()`, `abort()`, or `await using`. It is the current one of nobody, except inside its `run()`. */
  beginTransaction(options?: TransactionalOptions): Promise<ExplicitTransaction> {
    return this.#transactions.transactions.begin(options);
  }

  /** The unit of the calling async context, while it takes records. */
  currentTransaction(): Transaction | undefined {
    return this.#transactions.transactions.current();
  }

  /** What runs inside sends its records by themselves, whatever unit it is called in. */
  withoutTransaction<T>(work: () => Promise<T>): Promise<T> {
    return this.#transactions.transactions.without(work);
  }

  /**
   * Opens a scope around work, as an interceptor does around a request: what is emitted inside with `waitFor: 'scope'` is awaited together when the work is
   * done. Inside a scope that is open already it joins that one.
   *
   * When the work throws its emits are awaited all the same, and those that fail go to the log and the channel `nestjs-kafka-producer:emit-failed`.
   *
   * @throws what kept emits from being delivered: the error of the only one, else `BatchDeliveryError`; with `transactional` what `transaction()` throws
   */
  runInScope<T>(work: () => Promise<T>, options?: RunInScopeOptions): Promise<T> {
    return runInScope(this.#scopes, (unit) => this.transaction(unit), work, options);
  }

  /** The request of the calling async context, also when its response has been sent already. */
  currentScope(): RequestScope | undefined {
    return this.#scopes.current();
  }

  /** Resolves when everything that was accepted before the call is settled, whichever way. Ends the linger of open batches. Transactions are not touched. */
  flush(): Promise<void> {
    return this.#pipeline.flush();
  }

  /**
   * The partitions of a contract's topic, or of any topic as the program names it.
   *
   * @throws InvalidRecordError when Kafka could have no such topic
   * @throws UnknownTopicError, AuthorizationError, AuthenticationError; or what kept the brokers from answering within `maxBlockMs`
   */
  async partitionsFor(topic: { readonly topic: string } | string): Promise<PartitionInfo[]> {
    const name = this.topicName(topic);
    const partitions = await this.#pipeline.partitionsFor(name);
    return partitions.map(({ partition, leader, replicas, isr }) => ({
      topic: name,
      partition,
      leader: leader < 0 ? undefined : leader,
      replicas,
      isr,
    }));
  }

  /** The name a contract's topic, or any topic as the program names it, has in Kafka. @throws InvalidRecordError when Kafka could have no such topic */
  topicName(contract: { readonly topic: string } | string): string {
    const isContract = typeof contract === 'function' || (typeof contract === 'object' && contract !== null);
    return this.#pipeline.topicName(isContract ? contract.topic : contract);
  }

  stats(): ProducerStats {
    const brokersConnected = this.#cluster.brokers().filter(({ connected }) => connected).length;
    const pausedPartitions = pausedPartitionsOf(this).list();
    return { ...this.#pipeline.stats(), ...this.#transactions.stats(), brokersConnected, pausedPartitions };
  }
}

function abortedBefore({ topic }: ProducerRecord): DeliveryAbortedError {
  return new DeliveryAbortedError({ topic, persisted: 'no', reason: 'its signal was aborted before it was sent' });
}
