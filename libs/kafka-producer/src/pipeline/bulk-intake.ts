import { SerializationError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { RecordSerializer } from '../serialization/record-serializer.js';
import type { Clock } from '../support/clock.js';
import type { Admission } from './admission.js';
import { BulkSettler } from './bulk-settler.js';
import { Patience } from './patience.js';
import { TimeSlice } from './time-slice.js';
import type { TopicLines } from './topic-lines.js';
import { NO_RECORDS, WaitingRecord, type Placeholder } from './waiting-record.js';

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
    const places = new Map<string, Placeholder>();
    let isOver = false;
    const giveUp = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      patience.stop();
      settler.refuse(error);
      for (const [topic, place] of places) this.#lines.fill(topic, place, NO_RECORDS);
    };
    const patience = new Patience(this.#clock, this.#maxBlockMs, () =>
      giveUp(this.#unfinished(records[serialized.length]!)),
    );
    const slice = new TimeSlice(this.#clock);
    try {
      this.#holdPlaces(records, places, giveUp);
      let rest: Promise<SerializedRecord> | 'time is over' | undefined = first;
      while (rest !== undefined) {
        if (rest === 'time is over') await slice.next();
        else {
          patience.begin();
          const late = await rest;
          patience.end();
          this.#admission.checkSize(late);
          serialized.push(late);
        }
        if (isOver) return;
        rest = this.#serializeSlice(records, serialized, slice);
      }
      patience.stop();
      this.#fillPlaces(places, records, serialized, settler);
    } catch (error) {
      giveUp(error);
    }
  }

  #unfinished({ topic }: ProducerRecord): SerializationError {
    const reason = `its serializer did not finish within maxBlockMs (${this.#maxBlockMs} ms)`;
    return new SerializationError({ topic, field: 'value', reason });
  }

  /** Everything is known, nothing had to wait: straight into the batches. */
  #enterAll(records: readonly ProducerRecord[], serialized: readonly SerializedRecord[], settler: BulkSettler): void {
    const deadlineMs = this.#clock.now() + this.#maxBlockMs;
    for (let index = 0; index < serialized.length; index++) {
      const record = serialized[index]!;
      try {
        const isPlaced =
          !this.#lines.isWaiting(record.topic) && this.#admission.tryPlace(record, settler, index) !== undefined;
        if (!isPlaced)
          this.#lines.join(record.topic, this.#waiting(records[index]!, deadlineMs, settler, index), record);
      } catch (error) {
        settler.reject(index, error);
      }
    }
  }

  #holdPlaces(
    records: readonly ProducerRecord[],
    places: Map<string, Placeholder>,
    giveUp: (error: unknown) => void,
  ): void {
    for (const record of records) {
      if (typeof record?.topic !== 'string') continue; // its turn to be refused will come
      const name = this.#serializer.topicName(record.topic);
      if (!places.has(name)) places.set(name, this.#lines.hold(name, giveUp));
    }
  }

  #fillPlaces(
    places: ReadonlyMap<string, Placeholder>,
    records: readonly ProducerRecord[],
    serialized: readonly SerializedRecord[],
    settler: BulkSettler,
  ): void {
    const deadlineMs = this.#clock.now() + this.#maxBlockMs;
    const byTopic = new Map<string, number[]>(Array.from(places.keys(), (topic) => [topic, []]));
    for (let index = 0; index < serialized.length; index++) byTopic.get(serialized[index]!.topic)?.push(index);
    for (const [topic, place] of places) {
      const indices = byTopic.get(topic) ?? [];
      const make = (at: number): WaitingRecord => {
        const index = indices[at]!;
        const waiting = this.#waiting(records[index]!, deadlineMs, settler, index);
        waiting.becomeSerialized(serialized[index]!);
        return waiting;
      };
      this.#lines.fill(topic, place, { count: indices.length, make });
    }
  }

  #waiting(record: ProducerRecord, deadlineMs: number, settler: BulkSettler, index: number): WaitingRecord {
    return new WaitingRecord(record, deadlineMs, settler, index, (error) => settler.reject(index, error), undefined);
  }
}
