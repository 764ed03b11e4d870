import type { SizedRecord } from 'kafka-wire';

import type { Clock } from '../support/clock.js';
import { BatchBuffers } from './batch-buffers.js';
import { BatchCompressor, type BatchCodec } from './batch-compressor.js';
import { BufferMemory } from './buffer-memory.js';
import { CompressionRatio } from './compression-ratio.js';
import { PartitionQueue } from './partition-queue.js';
import type { ProducerBatch } from './producer-batch.js';
import type { Rejecter, Settler } from './record-settler.js';
import { SpareCapacity } from './spare-capacity.js';

export interface AccumulatorSettings {
  /** A batch is full at this many bytes, after compression as far as that can be foretold. */
  readonly batchSizeBytes: number;
  /** How long an open batch waits for more records; 0: until the end of the event-loop turn. */
  readonly lingerMs: number;
  readonly bufferMemoryBytes: number;
  /** No batch holds more than this before compression, unless one record does: whatever a codec makes of it, a request can carry it. */
  readonly maxRequestSizeBytes: number;
  /** `undefined`: records are sent uncompressed. */
  readonly codec: BatchCodec | undefined;
}

/**
 * Stage 3: gathers records into batches, one queue per partition, under one budget of bytes.
 *
 * It decides when a batch is full and when it has waited long enough; the sender decides when it may go. Appending never waits: the caller
 * reserves memory first.
 */
export class RecordAccumulator {
  readonly memory: BufferMemory;
  /** Queues with something to send. A queue enters with its first batch and leaves when the sender finds it empty. */
  readonly active = new Set<PartitionQueue>();

  /** Called when a batch may have become sendable, and when one was opened: the sender looks again at the end of the turn. */
  onWork: () => void = () => {};

  readonly #clock: Clock;
  readonly #buffers: BatchBuffers;
  readonly #spare: SpareCapacity;
  readonly #queues = new Map<string, PartitionQueue[]>();
  readonly #ratios = new Map<string, CompressionRatio>();
  readonly #compressor: BatchCompressor | undefined;
  #isClosing = false;

  constructor(
    readonly settings: AccumulatorSettings,
    clock: Clock,
  ) {
    this.#clock = clock;
    this.memory = new BufferMemory(settings.bufferMemoryBytes);
    this.#buffers = new BatchBuffers(settings.bufferMemoryBytes / 4);
    this.#spare = new SpareCapacity(settings.bufferMemoryBytes / 4);
    if (settings.codec !== undefined) {
      this.#compressor = new BatchCompressor(settings.codec, (batch, rawBytes) => this.#compressed(batch, rawBytes));
    }
  }

  /** @returns the batch the record went into. Its bytes must have been reserved. */
  append(topic: string, partition: number, record: SizedRecord, settler: Settler, rejecter: Rejecter): ProducerBatch {
    const queue = this.queue(topic, partition);
    return (
      this.tryAppend(queue, record, settler, rejecter) ??
      this.#appendTo(queue, this.#open(queue), record, settler, rejecter)
    );
  }

  /**
   * Appends to the open batch of a partition. A batch without room for the record is full and is sealed.
   *
   * @returns `undefined` when the record needs another batch: of this partition or, if it has no key, of whichever
   */
  tryAppend(
    queue: PartitionQueue,
    record: SizedRecord,
    settler: Settler,
    rejecter: Rejecter,
  ): ProducerBatch | undefined {
    const open = queue.openBatch;
    if (open === undefined) return undefined;
    if (this.#fits(open, record.maxSizeBytes)) return this.#appendTo(queue, open, record, settler, rejecter);
    this.seal(queue, open);
    return undefined;
  }

  /** By how much the last record made the batch larger, as it will be sent. Source: `appendedBytes` of Kafka's `RecordAppendResult`. */
  lastGrowthBytes(batch: ProducerBatch): number {
    return this.expectedBytes(batch.topic, batch.lastGrowthBytes);
  }

  /** What so many bytes of a topic's records will take when they are sent. */
  expectedBytes(topic: string, uncompressedBytes: number): number {
    return this.#compressor === undefined ? uncompressedBytes : this.#ratio(topic).estimate(uncompressedBytes);
  }

  queue(topic: string, partition: number): PartitionQueue {
    let queues = this.#queues.get(topic);
    if (queues === undefined) this.#queues.set(topic, (queues = []));
    return (queues[partition] ??= new PartitionQueue(topic, partition));
  }

  /** When a batch may leave as far as time goes. `Infinity`: something else has to happen first. */
  readyAtMs(batch: ProducerBatch): number {
    if (batch.state !== 'open') return batch.state === 'ready' ? batch.retryAtMs : Infinity;
    if (batch.isUrgent || this.#isClosing || this.memory.isContended) return 0;
    return batch.createdAtMs + this.settings.lingerMs;
  }

  /** Takes no more records into the batch. Its body is encoded at once, or by the codec in its own time. */
  seal(queue: PartitionQueue, batch: ProducerBatch): void {
    const freedBytes = batch.seal();
    queue.noteSealed(batch);
    this.#spare.sealed(batch);
    if (this.#compressor === undefined) batch.encode();
    else this.#compressor.compress(batch);
    this.#free(batch, freedBytes); // last: whoever waits for memory may append within the call
  }

  /** Makes every batch leave without further linger. Later records go into new batches. */
  sealAll(): void {
    for (const queue of this.active) {
      for (const batch of queue) batch.isUrgent = true;
      const { openBatch } = queue;
      if (openBatch !== undefined) this.seal(queue, openBatch);
    }
  }

  /** Takes a record out of its batch again. @returns false when the batch is sealed: the record will be sent */
  withdraw(batch: ProducerBatch, settler: Settler, rejecter: Rejecter): boolean {
    if (batch.state !== 'open') return false;
    const freedBytes = batch.withdraw(settler, rejecter);
    if (batch.recordCount === 0) {
      this.queue(batch.topic, batch.partition).remove(batch);
      batch.discard();
      this.release(batch);
      this.onWork(); // nobody need be woken for this batch any more
    } else {
      this.#free(batch, freedBytes);
    }
    return true;
  }

  /** The batch is settled: its bytes are free. */
  release(batch: ProducerBatch): void {
    const bytes = batch.reservedBytes;
    batch.reservedBytes = 0;
    this.#spare.released(batch);
    this.memory.release(bytes);
  }

  /** From now on nothing lingers. */
  beginClosing(): void {
    this.#isClosing = true;
  }

  #free(batch: ProducerBatch, bytes: number): void {
    if (bytes <= 0) return;
    batch.reservedBytes -= bytes;
    this.memory.release(bytes);
  }

  #appendTo(
    queue: PartitionQueue,
    batch: ProducerBatch,
    record: SizedRecord,
    settler: Settler,
    rejecter: Rejecter,
  ): ProducerBatch {
    batch.reservedBytes += record.maxSizeBytes;
    batch.append(record, settler, rejecter);
    if (this.expectedBytes(batch.topic, batch.sizeBytes) >= this.settings.batchSizeBytes) this.seal(queue, batch);
    this.onWork();
    return batch;
  }

  #open(queue: PartitionQueue): ProducerBatch {
    this.active.add(queue);
    const initialBytes = this.#spare.initialBytes(Math.min(queue.expectedBatchBytes, this.settings.batchSizeBytes));
    const batch = queue.open(this.#clock.now(), initialBytes, this.#buffers);
    this.#spare.opened(batch, initialBytes);
    return batch;
  }

  #fits(batch: ProducerBatch, bytes: number): boolean {
    const { batchSizeBytes, maxRequestSizeBytes } = this.settings;
    const uncompressedBytes = batch.sizeBytes + bytes;
    return (
      uncompressedBytes <= maxRequestSizeBytes && this.expectedBytes(batch.topic, uncompressedBytes) <= batchSizeBytes
    );
  }

  #ratio(topic: string): CompressionRatio {
    let ratio = this.#ratios.get(topic);
    if (ratio === undefined) this.#ratios.set(topic, (ratio = new CompressionRatio()));
    return ratio;
  }

  /** Compression has ended: remember how well it went and give back the bytes it saved. */
  #compressed(batch: ProducerBatch, rawBytes: number): void {
    if (batch.state === 'ready') {
      this.#ratio(batch.topic).observe(rawBytes, batch.sizeBytes);
      this.#spare.released(batch);
      this.#free(batch, batch.reservedBytes - batch.sizeBytes);
    }
    this.onWork();
  }
}
