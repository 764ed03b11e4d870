import { InvalidRecordError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import { isPlainObject } from '../serialization/header-list.js';
import { OWN_PAYLOAD, type OwnPayload } from '../serialization/own-payload.js';
import { OWN_SERIALIZER, type OwnSerializer } from '../serialization/own-serializer.js';
import { describeType } from '../serialization/value.serializer.js';
import { isThenable, silence } from '../support/thenable.js';
import type { ProducerInterceptor } from './producer-interceptor.js';

/** Told what an interceptor's `onAcknowledgement()` has thrown: the first time only. */
export type BrokenInterceptorListener = (interceptor: string, error: unknown) => void;

/** As Kafka's `RecordMetadata.UNKNOWN_PARTITION`. */
const UNKNOWN_PARTITION = -1;
const FIELDS = ['topic', 'value', 'key', 'headers', 'partition', 'timestamp'] as const;

/** The interceptors of a producer, as one. */
export class Interceptors {
  readonly #interceptors: readonly ProducerInterceptor[];
  readonly #onBroken: BrokenInterceptorListener;
  readonly #broken = new Set<ProducerInterceptor>();

  constructor(interceptors: readonly ProducerInterceptor[], onBroken: BrokenInterceptorListener) {
    this.#interceptors = interceptors;
    this.#onBroken = onBroken;
  }

  /**
   * @returns another object than the caller's, which stays as it is
   * @throws InvalidRecordError naming the interceptor that threw, or returned no record
   */
  onSend(given: ProducerRecord): ProducerRecord {
    let record = copyOf(given);
    for (const interceptor of this.#interceptors) {
      if (interceptor.onSend !== undefined) record = ofSameContract(record, seen(interceptor, record));
    }
    return record;
  }

  onAcknowledgement(metadata: RecordMetadata, error?: unknown): void {
    for (const interceptor of this.#interceptors) {
      try {
        const returned: unknown = interceptor.onAcknowledgement?.(metadata, error);
        if (isThenable(returned)) returned.then(undefined, (reason: unknown) => this.#tell(interceptor, reason));
      } catch (reason) {
        this.#tell(interceptor, reason);
      }
    }
  }

  /** @param record as far as it came */
  onFailure(record: ProducerRecord, error: unknown): void {
    const { topic, partition } = (error ?? {}) as Partial<RecordMetadata>;
    this.onAcknowledgement(
      {
        topic: typeof topic === 'string' ? topic : record.topic,
        partition: typeof partition === 'number' ? partition : (record.partition ?? UNKNOWN_PARTITION),
      },
      error,
    );
  }

  #tell(interceptor: ProducerInterceptor, reason: unknown): void {
    if (this.#broken.has(interceptor)) return;
    this.#broken.add(interceptor);
    this.#onBroken(nameOf(interceptor), reason);
  }
}

function copyOf(record: ProducerRecord): ProducerRecord {
  const copy: ProducerRecord = { ...record };
  // A record may be an instance of a class whose getters a spread does not see.
  for (const field of FIELDS) if (record[field] !== undefined) Object.assign(copy, { [field]: record[field] });
  if (isPlainObject(copy.headers)) copy.headers = { ...copy.headers };
  return copy;
}

function seen(interceptor: ProducerInterceptor, record: ProducerRecord): ProducerRecord {
  const { topic } = record;
  const remedy = `Correct ${nameOf(interceptor)}; only this record failed.`;
  let returned: unknown;
  try {
    returned = interceptor.onSend!(record);
  } catch (cause) {
    const reason = `the interceptor ${nameOf(interceptor)} threw in onSend(): ${String(cause)}`;
    throw new InvalidRecordError({ topic, reason, remedy, cause });
  }
  if (typeof returned === 'object' && returned !== null && !isThenable(returned)) return returned as ProducerRecord;
  silence(returned);
  const what = isThenable(returned) ? 'a promise: it has to be synchronous' : `${describeType(returned)}, not a record`;
  throw new InvalidRecordError({ topic, reason: `onSend() of ${nameOf(interceptor)} returned ${what}`, remedy });
}

type OfContract = ProducerRecord & OwnPayload & OwnSerializer;

/**
 * A record made from scratch must not lose its contract's key, validation and serializer on the way: they are no fields one would think of. One for another
 * topic, or of another contract, has nothing of this one.
 */
function ofSameContract(before: OfContract, after: OfContract): ProducerRecord {
  if (before === after || before.topic !== after.topic) return after;
  if (after[OWN_PAYLOAD] !== undefined || after[OWN_SERIALIZER] !== undefined) return after;
  const [payload, serializer] = [before[OWN_PAYLOAD], before[OWN_SERIALIZER]];
  return {
    ...(payload !== undefined && { [OWN_PAYLOAD]: payload }),
    ...(serializer !== undefined && { [OWN_SERIALIZER]: serializer }),
    ...after,
  };
}

function nameOf({ constructor }: object): string {
  return constructor.name || 'an interceptor';
}
