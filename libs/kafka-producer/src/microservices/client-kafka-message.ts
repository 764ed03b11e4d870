import { InvalidRecordError, SerializationError } from '../errors/record.errors.js';
import type { HeaderValue, ProducerRecord } from '../record/producer-record.js';
import { OWN_SERIALIZER, type OwnSerializer } from '../serialization/own-serializer.js';
import type { SerializedValue, Serializer } from '../serialization/serializer.js';

/** What ClientKafka takes from an object with a `key` or a `value`: the fields of kafkajs' `Message`. */
interface ClientKafkaMessage {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers?: Readonly<Record<string, HeaderValue | readonly HeaderValue[]>> | null;
  readonly partition?: number;
  /** Milliseconds since the epoch, in kafkajs as a decimal string. */
  readonly timestamp?: string | number;
}

/** The value is encoded here, as ClientKafka does; the module's serializer would encode the text once more. */
const encodedAlready: Serializer = { serialize: (data) => data as SerializedValue };

/**
 * Reads what was emitted as ClientKafka and kafkajs do, into the record they would have written.
 *
 * An object that has a `key` or a `value`, its own or inherited, is a message, and its other fields but `headers`, `partition` and `timestamp` are
 * lost; everything else is a value. Unlike there, the object is not changed.
 *
 * @throws InvalidRecordError when there is nothing to send
 * @throws SerializationError when a field has no text
 */
export function clientKafkaRecord(topic: string, data: unknown): ProducerRecord & OwnSerializer {
  if (data === undefined || data === null) {
    throw new InvalidRecordError({
      topic,
      reason: `its data is ${String(data)} (a tombstone is { key, value: null })`,
    });
  }
  const message: ClientKafkaMessage = isMessage(data) ? data : { value: data };
  const value = encode(topic, 'value', message.value);
  if (value === undefined) {
    throw new SerializationError({ topic, field: 'value', reason: 'JSON.stringify() made nothing of it' });
  }
  return {
    topic,
    key: encode(topic, 'key', message.key),
    value,
    headers: message.headers ?? undefined,
    partition: message.partition,
    // As in kafkajs '' and 0 are the moment of the call too.
    timestamp: message.timestamp ? Number(message.timestamp) : undefined,
    [OWN_SERIALIZER]: encodedAlready,
  };
}

function isMessage(data: NonNullable<unknown>): data is ClientKafkaMessage {
  return typeof data === 'object' && ('key' in data || 'value' in data);
}

/**
 * The rules of Nest's `KafkaRequestSerializer`, which Nest 12 does not export: strings and Buffers as they are, plain objects, arrays and whatever has
 * no `toString()` of its own as JSON, everything else by its `toString()`: a Date becomes its local text, a Uint8Array a list of numbers.
 *
 * @returns `undefined` when JSON has no form for the object, because of its `toJSON()`
 */
function encode(topic: string, field: 'key' | 'value', data: unknown): Buffer | string | null | undefined {
  if (data === undefined || data === null) return null;
  if (typeof data === 'string' || Buffer.isBuffer(data)) return data;
  try {
    return isForJson(data) ? JSON.stringify(data) : (data as { toString(): string }).toString();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SerializationError({ topic, field, reason, cause });
  }
}

function isForJson(data: NonNullable<unknown>): boolean {
  if (typeof data !== 'object') return false;
  return Array.isArray(data) || isPlain(data) || data.toString === Object.prototype.toString;
}

/** An object without a class: its prototype is null, or the `Object.prototype` of this or another realm. */
function isPlain(data: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(data);
  if (prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}
