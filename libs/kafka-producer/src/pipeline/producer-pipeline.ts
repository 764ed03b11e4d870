import { RecordAccumulator } from '../accumulator/record-accumulator.js';
import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { Rejecter, Settler } from '../accumulator/record-settler.js';
import type { Cluster, PartitionMetadata } from '../cluster/cluster.js';
import { DeliveryAbortedError, ProducerClosedError } from '../errors/delivery.errors.js';
import { RecordPartitioner } from '../partitioning/record-partitioner.js';
import type { Delivery } from '../record/delivery.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import { SerializedRecord } from '../record/serialized-record.js';
import { Sender } from '../sender/sender.js';
import { assertRecord } from '../serialization/record-fields.js';
import { RecordSerializer } from '../serialization/record-serializer.js';
import type { Clock, TimerHandle } from '../support/clock.js';
import { AbortListeners } from './abort-listeners.js';
import { AbortableDelivery } from './abortable-delivery.js';
import { Admission } from './admission.js';
import { BulkIntake } from './bulk-intake.js';
import type { CloseReport } from './close-report.js';
import { Flush } from './flush.js';
import type { PipelineSettings } from './pipeline-settings.js';
import type { PipelineState, PipelineStats } from './pipeline-stats.js';
import { SerializationAhead } from './serialization-ahead.js';
import { TopicLines } from './topic-lines.js';
import { TurnBudget } from './turn-budget.js';
import { WaitingRecord } from './waiting-record.js';

/** What the pipeline tells its owner beside the promises. */
export interface PipelineListener {
  /** A batch was given up. Its records fail with this error; where the broker named the bad ones it is the first of theirs. */
  batchFailed(error: Error, batch: Pick<ProducerBatch, 'topic' | 'partition' | 'recordCount'>): void;
}

/**
 * READ FIRST. The path of a record:
 *
 *   ProducerRecord → serialise → partition → accumulate → send → RecordMetadata
 *
 * `#enter()` is the whole of it for a record that need not wait, in one turn and without a promise beside the caller's. Whatever has to wait (an async
 * serializer, metadata, memory) waits in the line of its topic, in the order of the calls. The stages are in the folders of the imports above; none
 * of them knows Nest, kafkajs or transactions.
 */
export class ProducerPipeline {
  readonly #serializer: RecordSerializer;
  readonly #admission: Admission;
  readonly #accumulator: RecordAccumulator;
  readonly #sender: Sender;
  readonly #lines: TopicLines;
  readonly #bulk: BulkIntake;
  readonly #aborts = new AbortListeners();
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  #state: PipelineState = 'open';

  constructor(settings: PipelineSettings, cluster: Cluster, clock: Clock, listener: PipelineListener) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#serializer = new RecordSerializer(settings, clock);
    this.#accumulator = new RecordAccumulator(settings, clock);
    this.#sender = new Sender(this.#accumulator, cluster, settings, clock, (error, batch) =>
      listener.batchFailed(error, batch),
    );
    const partitioner = new RecordPartitioner(settings);
    this.#admission = new Admission(this.#accumulator, partitioner, cluster, settings.maxRequestSizeBytes, clock);
    this.#lines = new TopicLines({
      admission: this.#admission,
      cluster,
      memory: this.#accumulator.memory,
      clock,
      maxBlockMs: settings.maxBlockMs,
      ahead: new SerializationAhead(),
      budget: new TurnBudget(clock),
      counters: this.#sender.settlement.counters,
      onContention: () => this.#accumulator.onWork(),
    });
    this.#bulk = new BulkIntake(this.#serializer, this.#admission, this.#lines, clock, settings.maxBlockMs);
  }

  /**
   * Resolves when the record is acknowledged.
   *
   * @throws see the errors of `KafkaProducerService.send()`
   */
  send(record: ProducerRecord, signal?: AbortSignal): Promise<RecordMetadata> {
    return new Promise((resolve, reject) => {
      if (signal) this.#enterAbortable(record, signal, resolve, reject);
      else this.#enter(record, resolve, reject, reject);
    });
  }

  /** All records are serialised and checked before the first is sent. Resolves in their order. */
  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    if (this.#state !== 'open') return Promise.reject(new ProducerClosedError({ state: this.#state }));
    return this.#bulk.take(records);
  }

  /** Resolves when the record has its place in the buffer. */
  enqueue(record: ProducerRecord): Promise<Delivery> {
    return new Promise((accept, refuse) => {
      const acknowledged = new Promise<RecordMetadata>((resolve, reject) => {
        this.#enter(record, resolve, reject, refuse, () => queueMicrotask(() => accept({ acknowledged })));
      });
      acknowledged.catch(() => {}); // may be ignored; the failure was counted and published
    });
  }

  /** Resolves when everything accepted before the call is settled. Later records do not delay it: they go into other batches. */
  flush(): Promise<void> {
    const flush = new Flush();
    this.#lines.expect(flush);
    this.#accumulator.sealAll();
    for (const batch of this.#sender.unsettled()) {
      flush.expect();
      batch.watch(flush);
    }
    this.#accumulator.onWork();
    return flush.armed();
  }

  /**
   * @param topic as it is in Kafka: what `topicName()` has returned
   * @throws UnknownTopicError, AuthorizationError, AuthenticationError; BufferExhaustedError when nothing is known after `maxBlockMs`
   */
  async partitionsFor(topic: string): Promise<readonly PartitionMetadata[]> {
    const known = this.#cluster.topic(topic) ?? (await this.#lines.loadTopic(topic));
    return known.partitions;
  }

  /** The name in Kafka of a topic as the program names it. @throws InvalidRecordError when Kafka could have no such topic */
  topicName(topic: string): string {
    return this.#serializer.topicName(topic);
  }

  /** Records that were accepted and are not settled, those of a `sendAll()` that is still being serialised included. */
  get undelivered(): number {
    let count = this.#lines.waitingRecords;
    for (const batch of this.#sender.unsettled()) count += batch.recordCount;
    return count;
  }

  stats(): PipelineStats {
    let oldestMs = this.#lines.oldestSinceMs;
    let bufferedRecords = 0;
    let inFlightBatches = 0;
    for (const batch of this.#sender.unsettled()) {
      bufferedRecords += batch.recordCount;
      oldestMs = Math.min(oldestMs, batch.createdAtMs);
      if (batch.state === 'in-flight') inFlightBatches++;
    }
    const { acknowledgedRecords, failedRecords, retriedBatches } = this.#sender.settlement.counters;
    return {
      state: this.#state,
      bufferedRecords,
      bufferedBytes: this.#accumulator.memory.usedBytes,
      bufferMemoryBytes: this.#accumulator.memory.totalBytes,
      waitingRecords: this.#lines.waitingRecords,
      oldestUnsentAgeMs: oldestMs === Infinity ? 0 : this.#clock.now() - oldestMs,
      inFlightRequests: this.#sender.requestsInFlight,
      inFlightBatches,
      requestsSent: this.#sender.requestsSent,
      batchesSent: this.#sender.batchesSent,
      bytesSent: this.#sender.bytesSent,
      acknowledgedRecords,
      failedRecords,
      retriedBatches,
    };
  }

  /**
   * Refuses new records, delivers what was accepted as far as time allows, gives up the rest. Never rejects; a second call returns at once.
   *
   * @param timeoutMs 0 gives up at once
   */
  async close(timeoutMs: number): Promise<CloseReport> {
    if (this.#state !== 'open') return { delivered: 0, undelivered: 0 };
    this.#state = 'closing';
    this.#accumulator.beginClosing();
    const accepted = this.undelivered;
    const { counters } = this.#sender.settlement;
    const acknowledgedBefore = counters.acknowledgedRecords;
    await this.#flushWithin(timeoutMs);
    const reason = `the producer was closed and ${timeoutMs} ms were not enough to deliver it`;
    this.#lines.abandonAll((topic) => new DeliveryAbortedError({ topic, persisted: 'no', reason }));
    this.#sender.abort(reason);
    this.#sender.close();
    this.#state = 'closed';
    const delivered = counters.acknowledgedRecords - acknowledgedBefore;
    return { delivered, undelivered: accepted - delivered };
  }

  /**
   * A record that need not wait goes all the way in this call.
   *
   * @param refuse told when the record never gets into a batch
   * @param accepted called when it is in one
   * @param abortable of a call with a signal, which may be aborted by the caller's own code while the record is made
   */
  #enter(
    record: ProducerRecord,
    settler: Settler,
    rejecter: Rejecter,
    refuse: (error: unknown) => void,
    accepted?: (batch: ProducerBatch) => void,
    abortable?: AbortableDelivery,
  ): void {
    try {
      if (this.#state !== 'open') throw new ProducerClosedError({ state: this.#state });
      const topic = this.#serializer.topicOf(record);
      const source =
        this.#lines.isWaiting(topic) && !this.#lines.maySerializeAhead
          ? this.#serializer.defer(record, topic)
          : this.#serializer.serialize(record, topic);
      if (abortable?.isAborted === true) return;
      if (source instanceof SerializedRecord) {
        this.#admission.checkSize(source);
        const batch = this.#lines.isWaiting(topic) ? undefined : this.#admission.tryPlace(source, settler, rejecter);
        if (batch !== undefined) return accepted?.(batch);
      }
      const waiting = new WaitingRecord(topic, this.#clock.now(), settler, rejecter, refuse, accepted);
      abortable?.isWaiting(waiting, this.#lines);
      this.#lines.join(waiting, source);
    } catch (error) {
      refuse(error);
    }
  }

  #enterAbortable(
    record: ProducerRecord,
    signal: AbortSignal,
    resolve: (metadata: RecordMetadata) => void,
    reject: (error: unknown) => void,
  ): void {
    assertRecord(record);
    const delivery = new AbortableDelivery(record.topic, signal, this.#aborts, resolve, reject);
    const { acknowledge, refuse } = delivery;
    const accepted = (batch: ProducerBatch): void => delivery.enteredBatch(batch, this.#accumulator);
    if (!delivery.isAborted) this.#enter(record, acknowledge, refuse, refuse, accepted, delivery);
    delivery.entered();
  }

  async #flushWithin(timeoutMs: number): Promise<void> {
    let timer: TimerHandle | undefined;
    const deadline = new Promise<void>((resolve) => void (timer = this.#clock.setTimeout(resolve, timeoutMs)));
    await Promise.race([this.flush(), deadline]);
    this.#clock.clearTimeout(timer);
  }
}
