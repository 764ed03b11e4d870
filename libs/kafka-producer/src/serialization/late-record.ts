import type { SerializedRecord } from '../record/serialized-record.js';
import type { SerializationContext } from './serializer.js';

type Field = SerializationContext['field'];

/** Who is at work on a late record. */
export type LateWork = 'its serializer' | 'its validation';

/** A record that is not ready: its validation or at least one async serializer has not finished. */
export class LateRecord {
  readonly #unfinished = new Set<Field>();
  #work: LateWork;
  /** What it became when its validation was over and its serializers were not. */
  #next: LateRecord | undefined;

  /**
   * @param fields those that are not there yet are promises
   * @param done never an unhandled rejection: whoever made the record may have lost interest in it
   */
  constructor(
    /** As it is in Kafka. */
    readonly topic: string,
    fields: Readonly<Partial<Record<Field, unknown>>>,
    readonly done: Promise<SerializedRecord>,
    work: LateWork = 'its serializer',
  ) {
    this.#work = work;
    for (const field of ['key', 'value', 'header'] as const) {
      const bytes = fields[field];
      if (!(bytes instanceof Promise)) continue;
      this.#unfinished.add(field);
      const finished = (): void => void this.#unfinished.delete(field);
      bytes.then(finished, finished);
    }
    done.catch(() => {});
  }

  isValidated(): void {
    this.#work = 'its serializer';
  }

  continues(next: LateRecord): Promise<SerializedRecord> {
    this.#next = next;
    return next.done;
  }

  /** Who is being waited for, for messages. */
  get work(): LateWork {
    return this.#work;
  }

  /** What is being waited for, for messages. */
  get unfinishedField(): Field {
    if (this.#next !== undefined) return this.#next.unfinishedField;
    const [first] = this.#unfinished;
    return first ?? 'value';
  }
}
