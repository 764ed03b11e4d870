import type { BufferMemory } from '../accumulator/buffer-memory.js';
import type { Cluster } from '../cluster/cluster.js';
import { ClusterUnavailableError } from '../cluster/cluster.errors.js';
import { BufferExhaustedError } from '../errors/delivery.errors.js';
import { SerializationError } from '../errors/record.errors.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { Clock, TimerHandle } from '../support/clock.js';
import type { Admission } from './admission.js';
import type { SerializationAhead } from './serialization-ahead.js';
import { TimeSlice } from './time-slice.js';
import { WaitingLine } from './waiting-line.js';
import { Placeholder, WaitingRecord, type BlockedBy } from './waiting-record.js';

/** Asks again this often while brokers are unreachable, and before `maxBlockMs` is over: the reason is known when a record has to be refused. */
const LOAD_TIMEOUT_MS = 5_000;

/** What every line of a pipeline shares. */
export interface LineContext {
  readonly admission: Admission;
  readonly cluster: Cluster;
  readonly memory: BufferMemory;
  readonly clock: Clock;
  readonly maxBlockMs: number;
  readonly ahead: SerializationAhead;
  /** Tells the sender that somebody is short of memory: open batches should leave. */
  readonly onContention: () => void;
}

/**
 * The records of one topic that have to wait: for an async serializer, for metadata, for memory. First come, first served.
 *
 * While a line exists everything for its topic goes through it, so records of a topic keep the order of the calls. One timer, for the
 * first deadline.
 */
export class TopicLine {
  readonly #topic: string;
  readonly #context: LineContext;
  readonly #onEmpty: () => void;
  readonly #line = new WaitingLine();
  #isAdvancing = false;
  #isLoading = false;
  #loadError: unknown;
  #blockedBy: BlockedBy = 'metadata';
  #timer: TimerHandle | undefined;
  #timerAtMs = Infinity;

  constructor(topic: string, context: LineContext, onEmpty: () => void) {
    this.#topic = topic;
    this.#context = context;
    this.#onEmpty = onEmpty;
  }

  /** Records in the line, those of placeholders included. */
  get length(): number {
    return this.#line.waitingCount;
  }

  push(item: WaitingRecord | Placeholder): void {
    this.#line.push(item);
  }

  /** Serialises a record of this line ahead of its turn. */
  serialize(record: WaitingRecord): void {
    this.#context.ahead.start(record, () => this.advance());
  }

  /** Takes over what the serializer returned for a record of this line. */
  adopt(record: WaitingRecord, serialized: SerializedRecord | Promise<SerializedRecord>): void {
    this.#context.ahead.adopt(record, serialized, () => this.advance());
  }

  *[Symbol.iterator](): Generator<WaitingRecord | Placeholder> {
    yield* this.#line;
  }

  /** Lets in as many as can go, then waits for whatever the new head lacks. */
  advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    const slice = new TimeSlice(this.#context.clock);
    try {
      for (let head = this.#line.head(); head !== undefined && this.#letIn(head); head = this.#line.head()) {
        if (slice.isOver()) return this.#context.clock.setImmediate(() => this.advance());
      }
    } finally {
      this.#isAdvancing = false;
    }
    if (this.#line.isEmpty) return this.#close();
    if (this.#line.head() === undefined) this.#block('serializer'); // of a place that is kept
    this.#armTimer();
  }

  /** Refuses everybody in the line. Places that are being kept stay. */
  refuseAll(error: unknown): void {
    for (const item of Array.from(this.#line)) {
      if (item instanceof Placeholder) {
        for (let next = item.next; next !== undefined; next = item.next) this.#refuse(next, error);
      } else if (!item.hasLeft) this.#refuse(item, error);
    }
    this.advance();
  }

  /** Refuses everybody and gives up the places, too: nothing will come of this line. */
  abandon(error: Error): void {
    for (const item of Array.from(this.#line)) if (item instanceof Placeholder) item.abandon(error);
    this.refuseAll(error);
  }

  /** Takes one record out of the line. @returns false when it has left already */
  withdraw(record: WaitingRecord): boolean {
    if (record.hasLeft) return false;
    this.#leave(record);
    for (const flush of record.flushes) flush.batchSettled();
    this.advance();
    return true;
  }

  #letIn(head: WaitingRecord): boolean {
    try {
      const serialized = this.#serialized(head);
      if (serialized === undefined) return this.#block('serializer');
      this.#context.admission.checkSize(serialized);
      const topic = this.#context.admission.metadataFor(serialized);
      if (topic === undefined) return this.#loadMetadata(serialized);
      if (!this.#hasMemory(head, serialized)) return this.#block('memory');
      this.#leave(head, { keepsMemory: true });
      const batch = this.#context.admission.place(serialized, topic, head.settler, head.rejecter);
      for (const flush of head.flushes) batch.watch(flush);
      if (head.flushes.length > 0) batch.isUrgent = true;
      head.accepted?.(batch);
    } catch (error) {
      this.#refuse(head, error);
    }
    return true;
  }

  #serialized(head: WaitingRecord): SerializedRecord | undefined {
    if (head.serialized === undefined && !head.isSerializing) this.serialize(head);
    if (head.serializationError !== undefined) throw head.serializationError;
    return head.serialized;
  }

  #hasMemory(head: WaitingRecord, { sized }: SerializedRecord): boolean {
    if (head.hasMemory) return true;
    const { memory } = this.#context;
    if (head.memoryWaiter === undefined && memory.tryReserve(sized.maxSizeBytes)) return (head.hasMemory = true);
    if (head.memoryWaiter === undefined) {
      const grant = (): void => {
        head.hasMemory = true;
        this.advance();
      };
      head.memoryWaiter = { bytes: sized.maxSizeBytes, grant };
      memory.wait(head.memoryWaiter);
      this.#context.onContention();
    }
    return false;
  }

  #loadMetadata(record: SerializedRecord): false {
    this.#block('metadata');
    if (this.#isLoading) return false;
    this.#isLoading = true;
    this.#context.admission.loadMetadata(record, Math.min(LOAD_TIMEOUT_MS, this.#context.maxBlockMs * 0.8)).then(
      () => {
        this.#isLoading = false;
        this.advance();
      },
      (error: unknown) => {
        this.#isLoading = false;
        // Unreachable brokers may come back: each record waits until its own deadline. Everything else concerns the topic as a whole.
        if (error instanceof ClusterUnavailableError) this.#loadError = error;
        else this.refuseAll(error);
        this.advance();
      },
    );
    return false;
  }

  #block(by: BlockedBy): false {
    this.#blockedBy = by;
    return false;
  }

  /** For the first deadline in the line. A timer that comes too early only looks again. */
  #armTimer(): void {
    const atMs = this.#line.nextDeadlineMs();
    if (atMs >= this.#timerAtMs) return;
    const { clock } = this.#context;
    clock.clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = clock.setTimeout(() => this.#expire(), Math.max(0, atMs - clock.now()));
  }

  #expire(): void {
    this.#timerAtMs = Infinity;
    const waiting = this.length;
    this.#line.forEachOverdue(this.#context.clock.now(), (record) =>
      this.#refuse(record, this.#overdue(record, waiting)),
    );
    this.advance();
  }

  #overdue(head: WaitingRecord, waiting: number): Error {
    const { maxBlockMs, memory } = this.#context;
    const topic = this.#topic;
    if (head.isSerializing || this.#blockedBy === 'serializer') {
      const whose = head.isSerializing ? 'its serializer' : 'the serializer of a record before it';
      const reason = `${whose} did not finish within maxBlockMs (${maxBlockMs} ms)`;
      return new SerializationError({ topic, field: 'value', reason });
    }
    return new BufferExhaustedError({
      topic,
      sizeBytes: head.serialized?.sized.maxSizeBytes ?? 0,
      bufferMemoryBytes: memory.totalBytes,
      maxBlockMs,
      waitedFor: this.#blockedBy,
      waiting,
      cause: this.#blockedBy === 'metadata' ? this.#loadError : undefined,
    });
  }

  #refuse(record: WaitingRecord, error: unknown): void {
    if (!record.hasLeft) this.#leave(record);
    for (const flush of record.flushes) flush.batchSettled();
    record.refuse(error);
  }

  /** The record does not wait any more, wherever it stands; it gives back what it holds unless a batch takes that over. */
  #leave(record: WaitingRecord, { keepsMemory = false } = {}): void {
    record.hasLeft = true;
    const { memory, ahead } = this.#context;
    if (record.hasMemory && !keepsMemory) memory.release(record.serialized?.sized.maxSizeBytes ?? 0);
    else if (record.memoryWaiter !== undefined && !record.hasMemory) memory.cancel(record.memoryWaiter);
    record.hasMemory = false;
    record.memoryWaiter = undefined;
    ahead.leave(record);
  }

  #close(): void {
    this.#context.clock.clearTimeout(this.#timer);
    this.#timerAtMs = Infinity;
    this.#onEmpty();
  }
}
