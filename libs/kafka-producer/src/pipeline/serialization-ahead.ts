import type { SerializedRecord } from '../record/serialized-record.js';
import type { RecordSerializer } from '../serialization/record-serializer.js';
import type { WaitingRecord } from './waiting-record.js';

/**
 * Most bytes that are serialised ahead of their turn. Beyond it records wait as the caller gave them, or a stalled broker would turn every payload an
 * application offers into bytes of ours.
 */
const MAX_BYTES = 8 * 1024 * 1024;

/** Serialises records that wait, before it is their turn, so that slow serializers work side by side. */
export class SerializationAhead {
  readonly #serializer: RecordSerializer;
  /** Bytes of all records that are serialised and wait. */
  #bytes = 0;

  constructor(serializer: RecordSerializer) {
    this.#serializer = serializer;
  }

  get hasRoom(): boolean {
    return this.#bytes < MAX_BYTES;
  }

  /**
   * Starts, and with most serializers ends, the serialisation of a record. Never throws: the error is kept for the record's turn.
   *
   * @param onDone called later, if it could not be done at once
   */
  start(record: WaitingRecord, onDone: () => void): void {
    try {
      this.adopt(record, this.#serializer.serialize(record.record), onDone);
    } catch (error) {
      record.serializationError = asError(error);
    }
  }

  /** Takes over what the serializer returned for a record. */
  adopt(record: WaitingRecord, serialized: SerializedRecord | Promise<SerializedRecord>, onDone: () => void): void {
    if (!(serialized instanceof Promise)) return this.#done(record, serialized);
    record.isSerializing = true;
    const finish = (keep: () => void): void => {
      record.isSerializing = false;
      if (record.hasLeft) return; // nobody waits for it any more
      keep();
      onDone();
    };
    serialized.then(
      (result) => finish(() => this.#done(record, result)),
      (error: unknown) =>
        finish(() => {
          record.serializationError = asError(error);
        }),
    );
  }

  /** The record does not wait any more. */
  leave(record: WaitingRecord): void {
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
