import { RECORD_BATCH_HEADER_BYTES } from 'kafka-wire';

import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { Rejecter, Settler } from '../accumulator/record-settler.js';
import type { RecordAccumulator } from '../accumulator/record-accumulator.js';
import type { Cluster, TopicMetadata } from '../cluster/cluster.js';
import { RecordTooLargeError } from '../errors/record.errors.js';
import type { RecordPartitioner } from '../partitioning/record-partitioner.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { Clock } from '../support/clock.js';
import { PartitionGrowth } from './partition-growth.js';

/** Stages 2 and 3 for one record: its partition, its bytes in the buffer, its place in a batch. */
export class Admission {
  readonly #growth: PartitionGrowth;
  readonly #accumulator: RecordAccumulator;
  readonly #partitioner: RecordPartitioner;
  readonly #cluster: Cluster;
  readonly #maxRequestSizeBytes: number;

  constructor(
    accumulator: RecordAccumulator,
    partitioner: RecordPartitioner,
    cluster: Cluster,
    maxRequestSizeBytes: number,
    clock: Clock,
  ) {
    this.#growth = new PartitionGrowth(clock);
    this.#accumulator = accumulator;
    this.#partitioner = partitioner;
    this.#cluster = cluster;
    this.#maxRequestSizeBytes = maxRequestSizeBytes;
  }

  /** What is known of the topic, if it will do for this record; not when that names a partition which the topic may have got meanwhile. */
  metadataFor(record: SerializedRecord): TopicMetadata | undefined {
    const topic = this.#cluster.topic(record.topic);
    if (topic === undefined || !this.#partitioner.isBeyond(record, topic)) return topic;
    return this.#growth.isConfirmed(topic) ? topic : undefined;
  }

  /**
   * Waits for metadata that will do for the record, or are new enough to refuse it.
   *
   * @throws what `Cluster.loadTopic()` throws
   */
  async loadMetadata({ topic }: SerializedRecord, timeoutMs: number): Promise<void> {
    const isKnown = this.#cluster.topic(topic) !== undefined;
    const loaded = isKnown ? this.#cluster.reloadTopic(topic, timeoutMs) : this.#cluster.loadTopic(topic, timeoutMs);
    this.#growth.confirm(await loaded);
  }

  /** @throws RecordTooLargeError when the record could never be sent: by its size before compression, as Kafka counts it */
  checkSize({ topic, sized }: SerializedRecord): void {
    const sizeBytes = sized.maxSizeBytes + RECORD_BATCH_HEADER_BYTES;
    if (sizeBytes > this.#maxRequestSizeBytes) {
      throw new RecordTooLargeError({
        topic,
        sizeBytes,
        limitBytes: this.#maxRequestSizeBytes,
        limit: 'maxRequestSizeBytes',
      });
    }
    const { totalBytes } = this.#accumulator.memory;
    if (sizeBytes > totalBytes) {
      throw new RecordTooLargeError({ topic, sizeBytes, limitBytes: totalBytes, limit: 'bufferMemoryBytes' });
    }
  }

  /**
   * The hot path: everything is known and there is room.
   *
   * @returns the batch; `undefined` when the record has to wait for metadata or memory: nothing was reserved then
   * @throws what `place()` throws
   */
  tryPlace(record: SerializedRecord, settler: Settler, rejecter: Rejecter): ProducerBatch | undefined {
    const topic = this.metadataFor(record);
    if (topic === undefined || !this.#accumulator.memory.tryReserve(record.sized.maxSizeBytes)) return undefined;
    return this.place(record, topic, settler, rejecter);
  }

  /**
   * Puts a record whose bytes are reserved into a batch. If that fails the bytes are given back.
   *
   * @throws UnknownTopicError, InvalidRecordError when no partition can be chosen
   */
  place(record: SerializedRecord, topic: TopicMetadata, settler: Settler, rejecter: Rejecter): ProducerBatch {
    let partition: number;
    try {
      partition = this.#partitioner.choose(record, topic);
    } catch (error) {
      this.#accumulator.memory.release(record.sized.maxSizeBytes);
      throw error;
    }
    return this.#partitioner.isKeyless(record)
      ? this.#appendKeyless(record, topic, partition, settler, rejecter)
      : this.#accumulator.append(topic.name, partition, record.sized, settler, rejecter);
  }

  /** Before another batch is opened the keyless strategy may move on: its last one is full, or has left. */
  #appendKeyless(
    { sized }: SerializedRecord,
    topic: TopicMetadata,
    chosen: number,
    settler: Settler,
    rejecter: Rejecter,
  ): ProducerBatch {
    const accumulator = this.#accumulator;
    let batch = accumulator.tryAppend(accumulator.queue(topic.name, chosen), sized, settler, rejecter);
    if (batch === undefined) {
      const sizeBytes = accumulator.expectedBytes(topic.name, sized.maxSizeBytes);
      const partition = this.#partitioner.chooseForNewBatch(topic, chosen, sizeBytes);
      batch = accumulator.append(topic.name, partition, sized, settler, rejecter);
    }
    this.#partitioner.appended(topic.name, accumulator.lastGrowthBytes(batch));
    return batch;
  }
  /** No later record joins the batch. */
  seal(batch: ProducerBatch): void {
    if (batch.state === 'open') this.#accumulator.seal(this.#accumulator.queue(batch.topic, batch.partition), batch);
  }
}
