import type { SerializedRecord } from '../record/serialized-record.js';
import type { SerializationContext } from './serializer.js';

type Field = SerializationContext['field'];

/** A record of which at least one async serializer has not finished. */
export class LateRecord {
  readonly #unfinished = new Set<Field>();

  /**
   * @param fields those that are not there yet
   * @param done never an unhandled rejection: whoever made the record may have lost interest in it
   */
  constructor(
    /** As it is in Kafka. */
    readonly topic: string,
    fields: Readonly<Record<Field, unknown>>,
    readonly done: Promise<SerializedRecord>,
  ) {
    for (const field of ['key', 'value', 'header'] as const) {
      const bytes = fields[field];
      if (!(bytes instanceof Promise)) continue;
      this.#unfinished.add(field);
      const finished = (): void => void this.#unfinished.delete(field);
      bytes.then(finished, finished);
    }
    done.catch(() => {});
  }

  /** What is being waited for, for messages. */
  get unfinishedField(): Field {
    const [first] = this.#unfinished;
    return first ?? 'value';
  }
}
