import type { BufferMemory } from '../accumulator/buffer-memory.js';
import type { Cluster } from '../cluster/cluster.js';
import { ClusterUnavailableError } from '../cluster/cluster.errors.js';
import { BufferExhaustedError } from '../errors/delivery.errors.js';
import { SerializationError } from '../errors/record.errors.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { RecordSerializer } from '../serialization/record-serializer.js';
import type { Clock, TimerHandle } from '../support/clock.js';
import { Fifo } from '../support/fifo.js';
import type { Admission } from './admission.js';
import { TimeSlice } from './time-slice.js';
import { Placeholder, WaitingRecord, type BlockedBy } from './waiting-record.js';

/** What every line of a pipeline shares. */
export interface LineContext {
  readonly admission: Admission;
  readonly cluster: Cluster;
  readonly memory: BufferMemory;
  readonly serializer: RecordSerializer;
  readonly clock: Clock;
  readonly maxBlockMs: number;
  /** What is serialised and waits in any line. */
  readonly backlog: { bytes: number };
  /** Tells the sender that somebody is short of memory: open batches should leave. */
  readonly onContention: () => void;
}

/**
 * The records of one topic that have to wait: for an async serializer, for metadata, for memory. First come, first served.
 *
 * While a line exists everything for its topic goes through it, so records of a topic keep the order of the calls. One timer, for the head: all wait
 * equally long at most, so deadlines come in the order of the line.
 */
export class TopicLine {
  readonly #topic: string;
  readonly #context: LineContext;
  readonly #onEmpty: () => void;
  readonly #line = new Fifo<WaitingRecord | Placeholder>();
  #isAdvancing = false;
  #isLoading = false;
  #loadError: unknown;
  #blockedBy: BlockedBy = 'metadata';
  #timer: TimerHandle | undefined;
  #timerIsFor: WaitingRecord | undefined;

  constructor(topic: string, context: LineContext, onEmpty: () => void) {
    this.#topic = topic;
    this.#context = context;
    this.#onEmpty = onEmpty;
  }

  /** Records in the line, those of placeholders included. */
  get length(): number {
    let count = 0;
    for (const item of this.#line) count += item instanceof WaitingRecord ? 1 : item.length;
    return count;
  }

  push(item: WaitingRecord | Placeholder): void {
    this.#line.push(item);
  }

  /** Starts, and with most serializers ends, the serialisation of a record of this line. Never throws: the error is kept for the record's turn. */
  serialize(record: WaitingRecord): void {
    try {
      this.adopt(record, this.#context.serializer.serialize(record.record));
    } catch (error) {
      record.serializationError = asError(error);
    }
  }

  /** Takes over what the serializer returned for a record of this line. */
  adopt(record: WaitingRecord, serialized: SerializedRecord | Promise<SerializedRecord>): void {
    if (serialized instanceof Promise) this.#awaitSerializer(record, serialized);
    else this.#serializedAs(record, serialized);
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
      for (let head = this.#head(); head !== undefined; head = this.#head()) {
        if (!this.#letIn(head)) return this.#armTimer(head);
        if (slice.isOver()) return this.#context.clock.setImmediate(() => this.advance());
      }
    } finally {
      this.#isAdvancing = false;
    }
    if (this.#line.length === 0) this.#close();
  }

  /** Refuses everybody in the line. */
  refuseAll(error: unknown): void {
    for (let head = this.#head(); head !== undefined; head = this.#head()) this.#refuse(head, error);
    this.#close();
  }

  /** Takes one record out of the line. @returns false when it has left already */
  withdraw(record: WaitingRecord): boolean {
    if (!this.#line.remove(record)) return false;
    this.#leave(record);
    this.advance();
    return true;
  }

  /** The first waiting record; `undefined` when there is none or its place is only being kept. */
  #head(): WaitingRecord | undefined {
    for (let first = this.#line.peek(); first !== undefined; first = this.#line.peek()) {
      if (first instanceof WaitingRecord) return first;
      if (first.records === undefined || first.length > 0) return first.next;
      this.#line.shift();
    }
    return undefined;
  }

  #letIn(head: WaitingRecord): boolean {
    try {
      const serialized = this.#serialized(head);
      if (serialized === undefined) return this.#block('serializer');
      this.#context.admission.checkSize(serialized);
      const topic = this.#context.cluster.topic(serialized.topic);
      if (topic === undefined) return this.#loadTopic(serialized.topic);
      if (!this.#hasMemory(head, serialized)) return this.#block('memory');
      this.#leave(head, { keepsMemory: true });
      const batch = this.#context.admission.place(serialized, topic, head.settlement);
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

  #awaitSerializer(record: WaitingRecord, serialized: Promise<SerializedRecord>): void {
    record.isSerializing = true;
    serialized
      .then((result) => this.#serializedAs(record, result))
      .catch((error: unknown) => {
        record.serializationError = asError(error);
      })
      .finally(() => {
        record.isSerializing = false;
        this.advance();
      });
  }

  #serializedAs(record: WaitingRecord, serialized: SerializedRecord): void {
    record.serialized = serialized;
    record.backlogBytes = serialized.sized.maxSizeBytes;
    this.#context.backlog.bytes += record.backlogBytes;
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

  #loadTopic(name: string): false {
    this.#block('metadata');
    if (this.#isLoading) return false;
    this.#isLoading = true;
    this.#context.cluster.loadTopic(name, this.#context.maxBlockMs).then(
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

  #armTimer(head: WaitingRecord): void {
    if (this.#timerIsFor === head) return;
    const { clock } = this.#context;
    clock.clearTimeout(this.#timer);
    this.#timerIsFor = head;
    this.#timer = clock.setTimeout(() => this.#expire(), Math.max(0, head.deadlineMs - clock.now()));
  }

  #expire(): void {
    this.#timerIsFor = undefined;
    const now = this.#context.clock.now();
    const waiting = this.length;
    for (let head = this.#head(); head !== undefined && head.deadlineMs <= now; head = this.#head()) {
      this.#refuse(head, this.#overdue(head, waiting));
    }
    this.advance();
  }

  #overdue(head: WaitingRecord, waiting: number): Error {
    const { maxBlockMs, memory } = this.#context;
    const topic = this.#topic;
    if (head.isSerializing || this.#blockedBy === 'serializer') {
      const reason = `its serializer did not finish within maxBlockMs (${maxBlockMs} ms)`;
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

  #refuse(head: WaitingRecord, error: unknown): void {
    this.#leave(head);
    for (const flush of head.flushes) flush.batchSettled();
    head.refuse(error);
  }

  /** Takes the head out of the line, and gives back what it holds unless a batch takes that over. */
  #leave(head: WaitingRecord, { keepsMemory = false } = {}): void {
    const first = this.#line.peek();
    if (first === head) this.#line.shift();
    else if (first instanceof Placeholder && first.next === head) first.cursor++;
    const { memory, backlog } = this.#context;
    if (head.hasMemory && !keepsMemory) memory.release(head.serialized?.sized.maxSizeBytes ?? 0);
    else if (head.memoryWaiter !== undefined && !head.hasMemory) memory.cancel(head.memoryWaiter);
    head.hasMemory = false;
    head.memoryWaiter = undefined;
    backlog.bytes -= head.backlogBytes;
    head.backlogBytes = 0;
  }

  #close(): void {
    this.#context.clock.clearTimeout(this.#timer);
    this.#timerIsFor = undefined;
    this.#onEmpty();
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
