import type { BrokerState } from './cluster/cluster.js';
import type { PipelineStats } from './pipeline/pipeline-stats.js';
import type { ProducerPipeline } from './pipeline/producer-pipeline.js';
import type { Delivery } from './record/delivery.js';
import type { ProducerRecord } from './record/producer-record.js';
import type { RecordMetadata } from './record/record-metadata.js';

/** Where the service gives its records: the pipeline, or what stands before it. */
export type ServiceIntake = Pick<ProducerPipeline, 'send' | 'sendAll' | 'enqueue'>;

/** What the service needs of the pipeline. */
export type ServicePipeline = ServiceIntake & Pick<ProducerPipeline, 'flush' | 'partitionsFor' | 'topicName' | 'stats'>;

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
export interface ProducerStats extends PipelineStats {
  /** Brokers with at least one connection that is ready. None is normal while nothing is sent. */
  readonly brokersConnected: number;
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

  constructor(pipeline: ServicePipeline, cluster: ServiceCluster, intake: ServiceIntake = pipeline) {
    this.#intake = intake;
    this.#pipeline = pipeline;
    this.#cluster = cluster;
  }

  /**
   * Resolves when the record is acknowledged as `acks` asks.
   *
   * @throws SerializationError, PayloadValidationError, InvalidRecordError, RecordTooLargeError: fix this record
   * @throws UnknownTopicError, AuthorizationError, AuthenticationError: fix the cluster's side
   * @throws BufferExhaustedError: slow down; nothing was sent
   * @throws DeliveryTimeoutError, DeliveryRejectedError, DeliveryAbortedError: look at `persisted`
   * @throws ProducerClosedError: stop sending
   */
  send(record: ProducerRecord, options?: SendOptions): Promise<RecordMetadata> {
    return this.#intake.send(record, options?.signal);
  }

  /**
   * Resolves when all records are acknowledged, with their metadata in the order of the records. Topics may differ.
   *
   * All are serialised and checked before the first is sent: when one cannot be sent, none is, and its error is thrown as it is.
   *
   * @throws BatchDeliveryError when some were sent and failed: look at `results`
   */
  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    return this.#intake.sendAll(records);
  }

  /**
   * Resolves when the record has its place in the buffer, with a promise for its acknowledgement that may be ignored.
   *
   * @throws as `send()` does, for everything that shows before the record is in the buffer
   */
  enqueue(record: ProducerRecord): Promise<Delivery> {
    return this.#intake.enqueue(record);
  }

  /** Resolves when everything that was accepted before the call is settled, whichever way. Ends the linger of open batches. */
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
    return { ...this.#pipeline.stats(), brokersConnected };
  }
}
