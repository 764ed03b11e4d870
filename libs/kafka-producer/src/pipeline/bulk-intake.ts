import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { RecordSerializer } from '../serialization/record-serializer.js';
import type { Clock } from '../support/clock.js';
import type { Admission } from './admission.js';
import { BulkSettler } from './bulk-settler.js';
import { TimeSlice } from './time-slice.js';
import type { TopicLines } from './topic-lines.js';
import { WaitingRecord, type Placeholder } from './waiting-record.js';

/**
 * Many records in one call: all of them are serialised and checked before the first one is let in, so a bad one among them means that nothing is sent.
 *
 * A call that takes long gives the event loop back between slices; its place in the lines of its topics is kept meanwhile.
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
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const settler = new BulkSettler(records.length, resolve, reject);
      try {
        const serialized: SerializedRecord[] = [];
        const rest = this.#serializeSlice(records, serialized);
        if (rest === undefined) this.#enterAll(records, serialized, settler);
        else void this.#takeSlowly(records, serialized, rest, settler);
      } catch (error) {
        settler.refuse(error);
      }
    });
  }

  /** @returns `undefined` when all are done, else the record that has to be waited for, or that the time was over for */
  #serializeSlice(
    records: readonly ProducerRecord[],
    into: SerializedRecord[],
    slice = new TimeSlice(this.#clock),
  ): Promise<SerializedRecord> | 'time is over' | undefined {
    while (into.length < records.length) {
      const serialized = this.#serializer.serialize(records[into.length]!);
      if (serialized instanceof Promise) return serialized;
      this.#admission.checkSize(serialized);
      into.push(serialized);
      if (slice.isOver()) return 'time is over';
    }
    return undefined;
  }

  async #takeSlowly(
    records: readonly ProducerRecord[],
    serialized: SerializedRecord[],
    first: Promise<SerializedRecord> | 'time is over',
    settler: BulkSettler,
  ): Promise<void> {
    const places = this.#holdPlaces(records);
    const slice = new TimeSlice(this.#clock);
    try {
      let rest: Promise<SerializedRecord> | 'time is over' | undefined = first;
      while (rest !== undefined) {
        if (rest === 'time is over') await slice.next();
        else {
          const late = await rest;
          this.#admission.checkSize(late);
          serialized.push(late);
        }
        rest = this.#serializeSlice(records, serialized, slice);
      }
      this.#fillPlaces(places, records, serialized, settler);
    } catch (error) {
      for (const [topic, place] of places) this.#lines.fill(topic, place, []);
      settler.refuse(error);
    }
  }

  /** Everything is known, nothing had to wait: straight into the batches. */
  #enterAll(records: readonly ProducerRecord[], serialized: readonly SerializedRecord[], settler: BulkSettler): void {
    const deadlineMs = this.#clock.now() + this.#maxBlockMs;
    for (let index = 0; index < serialized.length; index++) {
      const record = serialized[index]!;
      try {
        const isPlaced =
          !this.#lines.isWaiting(record.topic) && this.#admission.tryPlace(record, [settler, index]) !== undefined;
        if (!isPlaced)
          this.#lines.join(record.topic, this.#waiting(records[index]!, deadlineMs, settler, index), record);
      } catch (error) {
        settler.reject(index, error);
      }
    }
  }

  #holdPlaces(records: readonly ProducerRecord[]): Map<string, Placeholder> {
    const places = new Map<string, Placeholder>();
    for (const { topic } of records) {
      const name = this.#serializer.topicName(topic);
      if (!places.has(name)) places.set(name, this.#lines.hold(name));
    }
    return places;
  }

  #fillPlaces(
    places: ReadonlyMap<string, Placeholder>,
    records: readonly ProducerRecord[],
    serialized: readonly SerializedRecord[],
    settler: BulkSettler,
  ): void {
    const deadlineMs = this.#clock.now() + this.#maxBlockMs;
    const byTopic = new Map<string, WaitingRecord[]>(Array.from(places.keys(), (topic) => [topic, []]));
    for (let index = 0; index < serialized.length; index++) {
      const waiting = this.#waiting(records[index]!, deadlineMs, settler, index);
      waiting.serialized = serialized[index]!;
      byTopic.get(serialized[index]!.topic)?.push(waiting);
    }
    for (const [topic, place] of places) this.#lines.fill(topic, place, byTopic.get(topic) ?? []);
  }

  #waiting(record: ProducerRecord, deadlineMs: number, settler: BulkSettler, index: number): WaitingRecord {
    return new WaitingRecord(record, deadlineMs, [settler, index], (error) => settler.reject(index, error), undefined);
  }
}
