import type { SerializedRecord } from '../record/serialized-record.js';
import { LateRecord } from '../serialization/late-record.js';
import type { WaitingLine } from './waiting-line.js';
import type { WaitingRecord } from './waiting-record.js';

/**
 * Most bytes that are serialised ahead of their turn. Beyond it records wait as the caller gave them, or a stalled broker would turn every payload an
 * application offers into bytes of ours.
 */
const MAX_BYTES = 8 * 1024 * 1024;

/** Most records whose async serializers, or validations, are at work. Beyond it records wait as the caller gave them: what is behind a serializer has its limits too. */
const MAX_AT_WORK = 1_000;

/** Keeps account of what is serialised before it is its turn, so that slow serializers work side by side and payloads are not all kept twice. */
export class SerializationAhead {
  /** Bytes of all records that are serialised and wait. */
  #bytes = 0;
  /** Records that wait for their serializers. One that has left the line does not count, or serializers that never finish would stop all others. */
  #atWork = 0;

  get hasRoom(): boolean {
    return this.#bytes < MAX_BYTES && this.#atWork < MAX_AT_WORK;
  }

  /**
   * Starts, and with most serializers ends, the serialisation of a record that was deferred. Never throws: the error is kept with the record.
   *
   * @param onDone called later, if it could not be done at once
   */
  start(record: WaitingRecord, onDone: () => void): void {
    try {
      const serialized = record.deferred?.serialize();
      if (serialized !== undefined && !record.hasLeft) this.adopt(record, serialized, onDone);
    } catch (error) {
      record.forgetSource();
      record.serializationError = asError(error);
    }
  }

  /** A serializer of a line has finished. For each that has, two may start, so that a line in which one is at work alone gets to work side by side again. */
  startMore(line: Pick<WaitingLine, 'nextDeferred'>, onDone: () => void): void {
    for (let started = 0; started < 2 && this.hasRoom; started++) {
      const next = line.nextDeferred();
      if (next !== undefined) this.start(next, onDone);
    }
  }

  /** Takes over what the serializer returned for a record. */
  adopt(record: WaitingRecord, serialized: SerializedRecord | LateRecord, onDone: () => void): void {
    if (!(serialized instanceof LateRecord)) return this.#done(record, serialized);
    record.forgetSource();
    record.late = serialized;
    this.#atWork++;
    const finish = (keep: () => void): void => {
      if (record.hasLeft) return; // nobody waits for it any more
      record.late = undefined;
      this.#atWork--;
      keep();
      onDone();
    };
    serialized.done.then(
      (result) => finish(() => this.#done(record, result)),
      (error: unknown) =>
        finish(() => {
          record.serializationError = asError(error);
        }),
    );
  }

  /** The record does not wait any more. To be told before it forgets what it carries. */
  leave(record: WaitingRecord): void {
    if (record.late !== undefined) this.#atWork--;
    this.#bytes -= record.aheadBytes;
    record.aheadBytes = 0;
  }

  #done(record: WaitingRecord, serialized: SerializedRecord): void {
    record.becomeSerialized(serialized);
    record.aheadBytes = serialized.sized.maxSizeBytes;
    this.#bytes += record.aheadBytes;
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
