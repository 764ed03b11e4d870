import { isKafkaProducerError } from '../errors/is-kafka-producer-error.js';
import { InvalidRecordError, PayloadValidationError } from '../errors/record.errors.js';
import type { RecordHeaders } from '../serialization/header-list.js';
import type { PayloadContract, ValidPayload } from '../serialization/own-payload.js';
import { isThenable, silence } from '../serialization/value.serializer.js';
import type { PayloadValidation } from './payload-validation.js';

type Key = string | Uint8Array | null;

/** What of a definition makes the rest of a record from its payload. */
export interface RecordMaking<P> {
  readonly key: ((payload: P) => Key) | null;
  readonly headers?: ((payload: P) => RecordHeaders) | undefined;
}

/** What a contract that validates has to do when a record is sent. */
export class ContractPayload implements PayloadContract {
  readonly #validation: PayloadValidation;
  readonly #making: RecordMaking<unknown>;

  constructor(validation: PayloadValidation, making: RecordMaking<unknown>) {
    this.#validation = validation;
    this.#making = making;
  }

  validate(payload: unknown, topic: string): ValidPayload | Promise<ValidPayload> {
    try {
      const valid = this.#validation.validate(payload, topic);
      if (!isThenable(valid)) return valid;
      return Promise.resolve(valid).catch((cause: unknown) => {
        throw broken(topic, cause);
      });
    } catch (cause) {
      throw broken(topic, cause);
    }
  }

  key(value: unknown, topic: string): Key {
    const { key } = this.#making;
    return key === null ? null : checkedKey(topic, made('key', topic, key, value));
  }

  headers(value: unknown, topic: string): RecordHeaders | undefined {
    const { headers } = this.#making;
    return headers === undefined ? undefined : made('headers', topic, headers, value);
  }

  prepare(): Promise<void> {
    return this.#validation.prepare();
  }
}

/** @throws InvalidRecordError for a key that was forgotten: a null key is said, never had by accident */
export function checkedKey(topic: string, key: Key | undefined): Key {
  if (key !== undefined) return key;
  const reason = 'the key of its contract returned undefined; return a key, or null for a record without one';
  throw new InvalidRecordError({ topic, reason });
}

/** What a function of the contract makes of a payload. @throws InvalidRecordError when it throws, or would have to be awaited */
export function made<P, T>(what: 'key' | 'headers', topic: string, make: (payload: P) => T, payload: P): T {
  const remedy = 'Correct the contract; only this record failed.';
  let result: T;
  try {
    result = make(payload);
  } catch (cause) {
    throw new InvalidRecordError({
      topic,
      reason: `the ${what} of its contract threw ${String(cause)}`,
      remedy,
      cause,
    });
  }
  if (!isThenable(result)) return result;
  silence(result);
  const reason = `the ${what} of its contract returned a promise: it has to be there at once`;
  throw new InvalidRecordError({ topic, reason, remedy });
}

/** A validation that says nothing about the payload, because it failed itself. */
function broken(topic: string, cause: unknown): unknown {
  if (isKafkaProducerError(cause)) return cause;
  const message = `its validation threw ${String(cause)}`;
  const remedy = 'Correct the schema of the contract; only this record failed.';
  return new PayloadValidationError({ topic, problems: [{ path: '', message }], remedy, cause });
}
