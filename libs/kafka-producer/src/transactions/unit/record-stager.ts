import { RECORD_BATCH_HEADER_BYTES } from 'kafka-wire';

import type { Cluster, TopicMetadata } from '../../cluster/cluster.js';
import { ClusterUnavailableError } from '../../cluster/cluster.errors.js';
import { BufferExhaustedError } from '../../errors/delivery.errors.js';
import { RecordTooLargeError } from '../../errors/record.errors.js';
import { TransactionEndedError } from '../../errors/transaction.errors.js';
import type { RecordPartitioner } from '../../partitioning/record-partitioner.js';
import type { ProducerRecord } from '../../record/producer-record.js';
import { SerializedRecord } from '../../record/serialized-record.js';
import type { RecordSerializer } from '../../serialization/record-serializer.js';
import type { Clock } from '../../support/clock.js';
import { StagedRecord } from './staged-record.js';
import type { MemoryAccount, StagedMemory, StagedMemoryWaiter } from './staged-memory.js';

export interface StagingSettings {
  readonly maxRequestSizeBytes: number;
  readonly maxBlockMs: number;
}

/**
 * Makes of a record what a unit keeps: serialised, its size checked, its partition chosen, its bytes reserved.
 *
 * The first stages of the pipeline, without its batches: everything that can be wrong with a record shows at the call that sends it.
 */
export class RecordStager {
  readonly #serializer: RecordSerializer;
  readonly #partitioner: RecordPartitioner;
  readonly #cluster: Cluster;
  readonly #memory: StagedMemory;
  readonly #clock: Clock;
  readonly #settings: StagingSettings;

  constructor(
    settings: StagingSettings,
    parts: {
      readonly serializer: RecordSerializer;
      /** Its own, so that the keyless records of units that commit together share partitions. */
      readonly partitioner: RecordPartitioner;
      readonly cluster: Cluster;
      readonly memory: StagedMemory;
      readonly clock: Clock;
    },
  ) {
    this.#settings = settings;
    this.#serializer = parts.serializer;
    this.#partitioner = parts.partitioner;
    this.#cluster = parts.cluster;
    this.#memory = parts.memory;
    this.#clock = parts.clock;
  }

  /**
   * Begins with a record: at once, in the caller's async context.
   *
   * @returns a promise where a serializer or a validation needs time
   */
  serialize(record: ProducerRecord): SerializedRecord | Promise<SerializedRecord> {
    const made = this.#serializer.serialize(record, this.#serializer.topicOf(record));
    return made instanceof SerializedRecord ? made : made.done;
  }

  /** @returns `undefined` when it has to wait, for the topic or for memory */
  tryStage(record: SerializedRecord, account: MemoryAccount): StagedRecord | undefined {
    this.#checkSize(record);
    const topic = this.#cluster.topic(record.topic);
    if (topic === undefined || this.#partitioner.isBeyond(record, topic)) return undefined;
    if (!this.#memory.tryReserve(account, record.sized.maxSizeBytes)) return undefined;
    return this.#staged(record, topic, account);
  }

  /** Waits for the topic and for memory, up to `maxBlockMs`. */
  async stage(record: SerializedRecord, account: MemoryAccount): Promise<StagedRecord> {
    this.#checkSize(record);
    const deadlineMs = this.#clock.now() + this.#settings.maxBlockMs;
    const topic = await this.#topic(record);
    const { maxSizeBytes } = record.sized;
    if (!this.#memory.tryReserve(account, maxSizeBytes)) await this.#waitForMemory(record, account, deadlineMs);
    return this.#staged(record, topic, account);
  }

  async #topic(record: SerializedRecord): Promise<TopicMetadata> {
    const { maxBlockMs } = this.#settings;
    const known = this.#cluster.topic(record.topic);
    if (known !== undefined && !this.#partitioner.isBeyond(record, known)) return known;
    try {
      return known === undefined
        ? await this.#cluster.loadTopic(record.topic, maxBlockMs)
        : await this.#cluster.reloadTopic(record.topic, maxBlockMs);
    } catch (cause) {
      if (!(cause instanceof ClusterUnavailableError)) throw cause;
      throw this.#exhausted(record, 'metadata', cause);
    }
  }

  /** Its bytes are reserved: the partition is chosen once. */
  #staged(record: SerializedRecord, topic: TopicMetadata, account: MemoryAccount): StagedRecord {
    const { sized } = record;
    try {
      const partition = this.#partitioner.choose(record, topic);
      if (this.#partitioner.isKeyless(record)) this.#partitioner.appended(topic.name, sized.maxSizeBytes);
      return new StagedRecord(record.topic, partition, sized);
    } catch (error) {
      this.#memory.release(account, sized.maxSizeBytes);
      throw error;
    }
  }

  #waitForMemory(record: SerializedRecord, account: MemoryAccount, deadlineMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: StagedMemoryWaiter = {
        account,
        bytes: record.sized.maxSizeBytes,
        grant: () => {
          this.#clock.clearTimeout(timer);
          resolve();
        },
        cancelled: () => {
          this.#clock.clearTimeout(timer);
          reject(new TransactionEndedError({ operation: 'send()', state: 'ended' }));
        },
      };
      const timer = this.#clock.setTimeout(() => {
        this.#memory.cancel(waiter);
        reject(this.#exhausted(record, 'memory'));
      }, deadlineMs - this.#clock.now());
      this.#memory.wait(waiter);
    });
  }

  #exhausted(
    { topic, sized }: SerializedRecord,
    waitedFor: 'memory' | 'metadata',
    cause?: unknown,
  ): BufferExhaustedError {
    const { maxBlockMs } = this.#settings;
    const bufferMemoryBytes = this.#memory.totalBytes;
    return new BufferExhaustedError({
      topic,
      buffer: 'transactions.maxStagedBytes',
      sizeBytes: sized.maxSizeBytes,
      bufferMemoryBytes,
      maxBlockMs,
      waitedFor,
      cause,
    });
  }

  #checkSize({ topic, sized }: SerializedRecord): void {
    const sizeBytes = sized.maxSizeBytes + RECORD_BATCH_HEADER_BYTES;
    const limitBytes = this.#settings.maxRequestSizeBytes;
    if (sizeBytes > limitBytes) {
      throw new RecordTooLargeError({ topic, sizeBytes, limitBytes, limit: 'maxRequestSizeBytes' });
    }
  }
}
