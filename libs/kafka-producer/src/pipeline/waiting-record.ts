import type { MemoryWaiter } from '../accumulator/buffer-memory.js';
import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { Rejecter, Settler } from '../accumulator/record-settler.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { DeferredRecord } from '../serialization/deferred-record.js';
import type { LateRecord } from '../serialization/late-record.js';
import type { Flush } from './flush.js';

/** Why the head of a line does not move. */
export type BlockedBy = 'serializer' | 'metadata' | 'memory';

/** A record that could not go into a batch at once, in the line of its topic. */
export class WaitingRecord {
  /** Until its serializers are started. */
  deferred: DeferredRecord | undefined;
  /** While a serializer is at work. */
  late: LateRecord | undefined;
  #serialized: SerializedRecord | undefined;
  serializationError: Error | undefined;
  /** Bytes this record counts for among what is serialised ahead. */
  aheadBytes = 0;
  /** It went into a batch, was refused or taken out. Changed by its line alone. */
  hasLeft = false;
  /** The bytes are reserved in the buffer memory. */
  hasMemory = false;
  memoryWaiter: MemoryWaiter | undefined;
  /** Its place among all calls of the producer, in whatever topic. Set when it joins a line. */
  turn = 0;
  /** Flushes that began while this record was waiting. */
  readonly flushes: Flush[] = [];

  constructor(
    /** As it is in Kafka: which line it stands in. */
    readonly topic: string,
    /** When it was called for; of a kept place: when that was filled. `maxBlockMs` counts from here. */
    readonly sinceMs: number,
    /** Who is told once the record is in a batch. */
    readonly settler: Settler,
    readonly rejecter: Rejecter,
    /** Who is told when it never gets there; for `send()` the rejecter. */
    readonly refuse: (error: unknown) => void,
    /** Called when the record has its place in a batch. */
    readonly accepted: ((batch: ProducerBatch) => void) | undefined,
  ) {}

  /** `undefined` while a serializer is at work, and while so much is waiting that the record is kept as the caller gave it. */
  get serialized(): SerializedRecord | undefined {
    return this.#serialized;
  }

  becomeSerialized(serialized: SerializedRecord): void {
    this.#serialized = serialized;
    this.forgetSource();
  }

  /** No payload is kept twice. */
  forgetSource(): void {
    this.deferred = undefined;
    this.late = undefined;
  }

  /** Its line may remember it for a while after it has left; nobody needs what it carried. */
  forget(): void {
    this.forgetSource();
    this.#serialized = undefined;
  }

  forgetMemory(): void {
    this.hasMemory = false;
    this.memoryWaiter = undefined;
  }

  joinFlush(flush: Flush): void {
    if (this.hasLeft) return;
    flush.expect();
    this.flushes.push(flush);
  }
}
