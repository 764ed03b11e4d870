import { ClusterUnavailableError } from '../cluster/cluster.errors.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import { FirstDeadline } from './first-deadline.js';
import { FlushedBatches } from './flushed-batches.js';
import type { LineContext } from './line-context.js';
import { overdueError, type StandingLine } from './overdue-record.js';
import { Placeholder, type WaitingRecords } from './placeholder.js';
import { WaitingLine } from './waiting-line.js';
import type { BlockedBy, WaitingRecord } from './waiting-record.js';

/** Asks again this often while brokers are unreachable, and before `maxBlockMs` is over: the reason is known when a record has to be refused. */
const LOAD_TIMEOUT_MS = 5_000;

/**
 * The records of one topic that have to wait: for an async serializer, for metadata, for memory. First come, first served.
 *
 * While a line exists everything for its topic goes through it, so records of a topic keep the order of the calls.
 */
export class TopicLine {
  readonly #topic: string;
  readonly #context: LineContext;
  readonly #onEmpty: () => void;
  readonly #line = new WaitingLine();
  readonly #flushed: FlushedBatches;
  readonly #deadline: FirstDeadline;
  #isAdvancing = false;
  /** It goes on in the next turn and does nothing before. */
  #isResting = false;
  #isLoading = false;
  #loadError: unknown;
  #blockedBy: BlockedBy = 'metadata';

  constructor(topic: string, context: LineContext, onEmpty: () => void) {
    this.#topic = topic;
    this.#context = context;
    this.#onEmpty = onEmpty;
    this.#flushed = new FlushedBatches(context.admission);
    this.#deadline = new FirstDeadline(context.clock, () => this.#expire());
  }

  /** Those it keeps places for included. */
  get length(): number {
    return this.#line.length;
  }

  /** Since when the first in the line waits; `Infinity` for an empty one. */
  get oldestSinceMs(): number {
    return this.#line.oldestSinceMs();
  }

  push(record: WaitingRecord): void {
    this.#line.push(record);
  }

  hold(place: Placeholder): void {
    this.#line.hold(place);
  }

  /** The records of a kept place are there. They are let in from the next turn on: making them has taken its time. */
  fill(place: Placeholder, records: WaitingRecords): void {
    this.#line.fill(place, records);
    this.#continue();
  }

  /** Nothing will come of a kept place. */
  giveUp(place: Placeholder): void {
    this.#context.counters.failedRecords += place.length;
    this.#line.giveUp(place);
    this.#continue();
  }

  [Symbol.iterator](): Generator<WaitingRecord | Placeholder> {
    return this.#line[Symbol.iterator]();
  }

  /** Lets in as many as can go, then waits for whatever the new head lacks. */
  readonly advance = (): void => {
    if (this.#isAdvancing || this.#isResting) return;
    this.#isAdvancing = true;
    try {
      for (let head = this.#line.head(); head !== undefined && this.#letIn(head); head = this.#line.head()) {
        if (this.#context.budget.isSpent()) return this.#continue();
      }
    } finally {
      this.#isAdvancing = false;
    }
    if (this.#line.isEmpty) return this.#close();
    if (this.#line.head() === undefined) this.#block('serializer'); // of a place that is kept
    this.#deadline.note(this.#line.nextSinceMs() + this.#context.maxBlockMs);
  };

  readonly lateIsDone = (): void => {
    this.#context.ahead.startMore(this.#line, this.lateIsDone);
    this.advance();
  };

  /** Refuses everybody and gives up the places, too: nothing will come of this line. */
  abandon(error: Error): void {
    for (const item of Array.from(this.#line)) {
      if (item instanceof Placeholder && !item.isFilled) item.abandon(error);
    }
    for (let next = this.#line.waitingSince(Infinity); next !== undefined; next = this.#line.waitingSince(Infinity)) {
      this.#refuse(next, error);
    }
    this.advance();
  }

  /** Takes one record out of the line. @returns false when it has left already */
  withdraw(record: WaitingRecord): boolean {
    if (record.hasLeft) return false;
    this.#leave(record);
    for (const flush of record.flushes) flush.batchSettled();
    this.advance();
    return true;
  }

  #continue(): void {
    if (this.#isResting) return;
    this.#isResting = true;
    this.#context.clock.setImmediate(() => {
      this.#isResting = false;
      this.advance();
    });
  }

  #letIn(head: WaitingRecord): boolean {
    try {
      if (head.flushes.length === 0) this.#flushed.seal();
      const serialized = this.#serialized(head);
      if (head.hasLeft) return true; // its serializer has aborted its signal
      if (serialized === undefined) return this.#block('serializer');
      this.#context.admission.checkSize(serialized);
      const topic = this.#context.admission.metadataFor(serialized);
      if (topic === undefined) {
        this.#returnMemory(head, serialized); // the topic was known when it asked for it
        return this.#loadMetadata(serialized);
      }
      if (!this.#hasMemory(head, serialized)) return this.#block('memory');
      head.forgetMemory(); // the batch takes it over
      this.#leave(head);
      const batch = this.#context.admission.place(serialized, topic, head.settler, head.rejecter);
      this.#flushed.add(batch, head);
      head.accepted?.(batch);
    } catch (error) {
      this.#refuse(head, error);
    }
    return true;
  }

  #serialized(head: WaitingRecord): SerializedRecord | undefined {
    if (head.deferred !== undefined) this.#context.ahead.start(head, this.lateIsDone);
    if (head.hasLeft) return undefined;
    if (head.serializationError !== undefined) throw head.serializationError;
    return head.serialized;
  }

  #hasMemory(head: WaitingRecord, { sized }: SerializedRecord): boolean {
    if (head.hasMemory) return true;
    if (head.memoryWaiter !== undefined) return false;
    const { memory } = this.#context;
    if (memory.tryReserve(sized.maxSizeBytes, head.turn)) return (head.hasMemory = true);
    const grant = (): void => {
      head.hasMemory = true;
      this.advance();
    };
    head.memoryWaiter = { bytes: sized.maxSizeBytes, turn: head.turn, grant };
    memory.wait(head.memoryWaiter);
    this.#context.onContention();
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
        if (!(error instanceof ClusterUnavailableError)) {
          return this.#refuseSince(this.#context.clock.now(), () => error); // Places that are being kept stay.
        }
        this.#loadError = error;
        this.advance();
      },
    );
    return false;
  }

  #block(by: BlockedBy): false {
    this.#blockedBy = by;
    return false;
  }

  #expire(): void {
    const { clock, maxBlockMs } = this.#context;
    const line: StandingLine = {
      topic: this.#topic,
      blockedBy: this.#blockedBy,
      head: this.#line.head()?.late,
      waiting: this.length,
      loadError: this.#loadError,
    };
    this.#refuseSince(clock.now() - maxBlockMs, (record) => overdueError(record, line, this.#context));
  }

  /** Refuses those who have been waiting since then or longer, as many as fit into a turn, the others in the next ones. */
  #refuseSince(sinceMs: number, reason: (record: WaitingRecord) => unknown): void {
    const next = (): WaitingRecord | undefined => this.#line.waitingSince(sinceMs);
    for (let record = next(); record !== undefined; record = next()) {
      this.#refuse(record, reason(record));
      if (this.#context.budget.isSpent()) {
        return this.#context.clock.setImmediate(() => this.#refuseSince(sinceMs, reason));
      }
    }
    this.advance();
  }

  #refuse(record: WaitingRecord, error: unknown): void {
    if (!record.hasLeft) this.#leave(record);
    this.#context.counters.failedRecords++;
    for (const flush of record.flushes) flush.batchSettled();
    record.refuse(error);
  }

  /** The record does not wait any more, wherever it stands, and gives back what it holds. */
  #leave(record: WaitingRecord): void {
    this.#line.leave(record);
    this.#context.ahead.leave(record);
    this.#returnMemory(record, record.serialized);
    record.forget();
  }

  #returnMemory(record: WaitingRecord, serialized: SerializedRecord | undefined): void {
    const { hasMemory, memoryWaiter } = record;
    record.forgetMemory();
    if (hasMemory) this.#context.memory.release(serialized?.sized.maxSizeBytes ?? 0);
    else if (memoryWaiter !== undefined) this.#context.memory.cancel(memoryWaiter);
  }

  #close(): void {
    this.#deadline.cancel();
    this.#onEmpty();
    this.#flushed.seal(); // from here on records of the topic need no line
  }
}
