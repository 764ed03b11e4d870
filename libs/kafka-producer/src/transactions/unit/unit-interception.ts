import type { ProducerRecord } from '../../record/producer-record.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { StagedRecord } from './staged-record.js';

/** The interceptors of a producer, as one. */
export interface RecordInterceptors {
  /** @throws when one of them fails: only this record is not sent */
  onSend(record: ProducerRecord): ProducerRecord;
  onAcknowledgement(metadata: RecordMetadata): void;
  onFailure(record: ProducerRecord, error: unknown): void;
}

/**
 * What interceptors see of a unit: every record when it is sent, and what became of it when the unit has ended: its offset, or why there is none.
 *
 * Every record that came to `onSend()` is told of exactly once.
 */
export class UnitInterception {
  readonly #interceptors: RecordInterceptors;
  readonly #untold = new Map<StagedRecord, ProducerRecord>();

  constructor(interceptors: RecordInterceptors) {
    this.#interceptors = interceptors;
  }

  onSend(given: ProducerRecord): ProducerRecord {
    try {
      return this.#interceptors.onSend(given);
    } catch (error) {
      this.#interceptors.onFailure(given, error);
      throw error;
    }
  }

  staged(record: ProducerRecord, staged: StagedRecord): void {
    this.#untold.set(staged, record);
  }

  failed(record: ProducerRecord, error: unknown): void {
    this.#interceptors.onFailure(record, error);
  }

  /** These are not part of the unit any more, or it ended without a commit. */
  dropped(records: Iterable<StagedRecord>, error: unknown): void {
    for (const staged of records) {
      const record = this.#untold.get(staged);
      if (record === undefined) continue;
      this.#untold.delete(staged);
      this.#interceptors.onFailure(record, error);
    }
  }

  allDropped(error: unknown): void {
    this.dropped(this.#untold.keys(), error);
  }

  committed(metadata: readonly RecordMetadata[]): void {
    this.#untold.clear();
    for (const each of metadata) this.#interceptors.onAcknowledgement(each);
  }
}
