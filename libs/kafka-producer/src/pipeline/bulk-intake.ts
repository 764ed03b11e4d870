import { InvalidRecordError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import { LateRecord } from '../serialization/late-record.js';
import type { RecordSerializer } from '../serialization/record-serializer.js';
import { describeType } from '../serialization/value.serializer.js';
import type { Clock } from '../support/clock.js';
import { Fifo } from '../support/fifo.js';
import type { Admission } from './admission.js';
import { BulkSettler } from './bulk-settler.js';
import { slowRecord } from './overdue-record.js';
import { Patience } from './patience.js';
import type { Placeholder } from './placeholder.js';
import { TimeSlice } from './time-slice.js';
import type { TopicLines } from './topic-lines.js';
import { WaitingRecord } from './waiting-record.js';

/** Most records of a call that are begun while an earlier one is being waited for. */
const MAX_AHEAD = 100;

/** Why serialising stopped before the last record. */
type Pause = LateRecord | 'time is over';

/** One call of `sendAll()`. */
class Bulk {
  /** The first of the records, as far as they are done. */
  readonly serialized: SerializedRecord[] = [];
  /** Behind the one that is being waited for: begun, in their order. */
  readonly ahead = new Fifo<SerializedRecord | LateRecord>();
  /** Of all records, once they do not go through in one go: names are resolved at the call. */
  topics: readonly string[] | undefined;

  constructor(
    readonly records: readonly ProducerRecord[],
    /** By the wall clock: the timestamp of records that name none. */
    readonly callAtMs: number,
    readonly settler: BulkSettler,
  ) {}
}

/**
 * Many records in one call: all of them are serialised and checked before the first one is let in, so a bad one among them means that nothing is sent.
 *
 * A call that takes long gives the event loop back between slices, while it serialises and while it lets in; its place in the lines of its topics is kept
 * meanwhile.
 */
export class BulkIntake {
  readonly #serializer: RecordSerializer;
  readonly #admission: Admission;
  readonly #lines: TopicLines;
  readonly #clock: Clock;
  readonly #maxBlockMs: number;

  constructor(serializer: RecordSerializer, admission: Admission, lines: TopicLines, clock: Clock, maxBlockMs: number) {
    this.#serializer = serializer;
    this.#admission = admission;
    this.#lines = lines;
    this.#clock = clock;
    this.#maxBlockMs = maxBlockMs;
  }

  take(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    if (!Array.isArray(records)) return Promise.reject(noArray(records));
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const settler = new BulkSettler(records.length, resolve, reject);
      try {
        const bulk = new Bulk(Array.from(records), this.#clock.wallTime(), settler);
        const slice = new TimeSlice(this.#clock);
        const pause = this.#serializeSlice(bulk, slice);
        if (pause === undefined) this.#enter(bulk, slice);
        else void this.#takeSlowly(bulk, pause);
      } catch (error) {
        settler.refuse(error);
      }
    });
  }

  /** @returns `undefined` when all are done */
  #serializeSlice(bulk: Bulk, slice: TimeSlice): Pause | undefined {
    const { records, serialized, ahead } = bulk;
    while (serialized.length < records.length) {
      const made = ahead.shift() ?? this.#begin(bulk, serialized.length);
      if (made instanceof LateRecord) return made;
      this.#admission.checkSize(made);
      serialized.push(made);
      if (slice.isOver()) return 'time is over';
    }
    return undefined;
  }

  #begin({ records, topics, callAtMs }: Bulk, index: number): SerializedRecord | LateRecord {
    const record = records[index]!;
    return this.#serializer.serialize(record, topics?.[index] ?? this.#serializer.topicOf(record), callAtMs);
  }

  /** Lets serializers and validations that take time work side by side. What one of them refuses at once ends the call. */
  #beginAhead(bulk: Bulk, slice: TimeSlice): void {
    const { records, serialized, ahead } = bulk;
    const awaited = 1;
    for (let next = serialized.length + awaited + ahead.length; next < records.length; next++) {
      if (ahead.length === MAX_AHEAD || slice.isOver()) return;
      ahead.push(this.#begin(bulk, next));
    }
  }

  async #takeSlowly(bulk: Bulk, first: Pause): Promise<void> {
    const { serialized, settler } = bulk;
    let places: ReadonlyMap<string, Placeholder> = new Map();
    let isOver = false;
    let pause: Pause | undefined = first;
    const giveUp = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      patience.stop();
      settler.refuse(error);
      for (const [topic, place] of places) this.#lines.giveUp(topic, place);
    };
    const patience = new Patience(this.#clock, this.#maxBlockMs, () => {
      if (pause instanceof LateRecord) giveUp(slowRecord(pause, this.#maxBlockMs));
    });
    const slice = new TimeSlice(this.#clock);
    try {
      bulk.topics = this.#topicsOf(bulk, first);
      places = this.#holdPlaces(bulk.topics, 0, giveUp);
      while (pause !== undefined) {
        if (pause === 'time is over') await slice.next();
        else {
          this.#beginAhead(bulk, slice);
          patience.begin();
          const late: SerializedRecord = await pause.done;
          patience.end();
          this.#admission.checkSize(late);
          serialized.push(late);
        }
        if (isOver) return;
        pause = this.#serializeSlice(bulk, slice);
      }
      isOver = true;
      patience.stop();
      this.#fillPlaces(places, bulk, 0);
    } catch (error) {
      giveUp(error);
    }
  }

  /** All of them at the call, in the caller's async context, and none twice. */
  #topicsOf({ records, serialized }: Bulk, pause: Pause): string[] {
    const topics = serialized.map(({ topic }) => topic);
    if (pause instanceof LateRecord) topics.push(pause.topic);
    while (topics.length < records.length) topics.push(this.#serializer.topicOf(records[topics.length]!));
    return topics;
  }

  /** Everything is known, nothing had to wait: straight into the batches, as many as the slice allows. */
  #enter(bulk: Bulk, slice: TimeSlice): void {
    const { serialized, settler } = bulk;
    const sinceMs = this.#clock.now();
    for (let index = 0; index < serialized.length; index++) {
      const record = serialized[index]!;
      try {
        const isPlaced =
          !this.#lines.isWaiting(record.topic) && this.#admission.tryPlace(record, settler, index) !== undefined;
        if (!isPlaced) this.#lines.join(this.#waiting(bulk, index, sinceMs), record);
      } catch (error) {
        settler.reject(index, error);
      }
      if (slice.isOver()) return this.#enterLater(bulk, index + 1);
    }
  }

  #enterLater(bulk: Bulk, from: number): void {
    const topics = bulk.serialized.map(({ topic }) => topic);
    const never = (): void => {}; // the places are filled in this very call
    this.#fillPlaces(this.#holdPlaces(topics, from, never), bulk, from);
  }

  #holdPlaces(topics: readonly string[], from: number, giveUp: (error: unknown) => void): Map<string, Placeholder> {
    const counts = new Map<string, number>();
    for (let index = from; index < topics.length; index++) {
      counts.set(topics[index]!, (counts.get(topics[index]!) ?? 0) + 1);
    }
    const places = new Map<string, Placeholder>();
    for (const [topic, count] of counts) places.set(topic, this.#lines.hold(topic, count, giveUp));
    return places;
  }

  #fillPlaces(places: ReadonlyMap<string, Placeholder>, bulk: Bulk, from: number): void {
    const { serialized } = bulk;
    const sinceMs = this.#clock.now();
    const byTopic = new Map<string, number[]>(Array.from(places.keys(), (topic) => [topic, []]));
    for (let index = from; index < serialized.length; index++) byTopic.get(serialized[index]!.topic)?.push(index);
    for (const [topic, place] of places) {
      const indices = byTopic.get(topic) ?? [];
      const make = (at: number): WaitingRecord => {
        const index = indices[at]!;
        const waiting = this.#waiting(bulk, index, sinceMs);
        waiting.becomeSerialized(serialized[index]!);
        return waiting;
      };
      this.#lines.fill(topic, place, { sinceMs, make });
    }
  }

  #waiting({ serialized, settler }: Bulk, index: number, sinceMs: number): WaitingRecord {
    const refuse = (error: unknown): void => settler.reject(index, error);
    return new WaitingRecord(serialized[index]!.topic, sinceMs, settler, index, refuse, undefined);
  }
}

function noArray(records: unknown): InvalidRecordError {
  const isIterable = typeof records === 'object' && records !== null && Symbol.iterator in records;
  const remedy = isIterable ? 'Pass Array.from(records).' : 'Pass an array; for one record there is send().';
  return new InvalidRecordError({
    reason: `sendAll() was given ${describeType(records)}, not an array of records`,
    remedy,
  });
}
