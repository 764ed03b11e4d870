import { SizedRecord, type RecordHeader } from 'kafka-wire';

import { InvalidRecordError, SerializationError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { SerializedRecord } from '../record/serialized-record.js';
import type { Clock } from '../support/clock.js';
import { headerList, type RecordHeaders } from './header-list.js';
import { OWN_SERIALIZER, type OwnSerializer } from './own-serializer.js';
import { partitionOf, timestampOf, topicProblem } from './record-fields.js';
import type { SerializationContext, SerializedValue, Serializer, Serializers } from './serializer.js';
import { describeType, textSerializer, valueSerializer } from './value.serializer.js';

export interface SerializationSettings {
  readonly serializers?: Serializers | undefined;
  /** Headers for every record that does not name them itself. Called once per record, when it is made. */
  readonly defaultHeaders?: ((context: { topic: string }) => RecordHeaders | undefined) | undefined;
  /** From the name in the program to the name in Kafka. */
  readonly resolveTopic?: ((name: string) => string) | undefined;
}

type Pending<T> = T | Promise<T>;

/**
 * Stage 1: from what the caller gave to bytes.
 *
 * Reads the record at the time of the call. Only a serializer that returns a promise makes this async; keeping the order is then the caller's part.
 */
export class RecordSerializer {
  readonly #settings: SerializationSettings;
  readonly #key: Serializer;
  readonly #value: Serializer;
  readonly #header: Serializer;
  readonly #clock: Clock;
  /** The name that was found legal last (at first: any legal one), since most callers send to one topic many times in a row. */
  #legalTopic = 'any';
  #contexts = contextsOf('any');

  constructor(settings: SerializationSettings, clock: Clock) {
    this.#settings = settings;
    this.#key = settings.serializers?.key ?? textSerializer;
    this.#value = settings.serializers?.value ?? valueSerializer;
    this.#header = settings.serializers?.header ?? textSerializer;
    this.#clock = clock;
  }

  /**
   * @throws InvalidRecordError when Kafka could not store such a record
   * @throws SerializationError when a serializer refuses a field; also as the rejection of the promise
   */
  serialize(record: ProducerRecord & OwnSerializer): Pending<SerializedRecord> {
    const topic = this.#topicOf(record);
    const partition = partitionOf(record, topic);
    const timestampMs = timestampOf(record, topic, this.#clock);
    const valueSerializer = record[OWN_SERIALIZER] ?? this.#value;
    const contexts = this.#contextsOf(topic);
    const key = record.key === undefined ? null : serializeField(this.#key, record.key, contexts.key);
    const value = serializeField(valueSerializer, record.value, contexts.value);
    const headers = this.#headersOf(record, topic);
    if (key instanceof Promise || value instanceof Promise || headers instanceof Promise) {
      return Promise.all([key, value, headers]).then(
        ([k, v, h]) => new SerializedRecord(topic, partition, new SizedRecord(k, v, timestampMs, h)),
      );
    }
    return new SerializedRecord(topic, partition, new SizedRecord(key, value, timestampMs, headers));
  }

  /** The name in Kafka of a topic as the program names it. @throws InvalidRecordError when `resolveTopic` throws */
  topicName(name: string): string {
    const { resolveTopic } = this.#settings;
    if (resolveTopic === undefined) return name;
    try {
      return resolveTopic(name);
    } catch (cause) {
      throw new InvalidRecordError({ topic: name, reason: `resolveTopic threw ${String(cause)}`, cause });
    }
  }

  #topicOf(record: ProducerRecord): string {
    if (typeof record !== 'object' || record === null) {
      throw new InvalidRecordError({ reason: `it is ${describeType(record)}, not an object with topic and value` });
    }
    const topic = this.topicName(record.topic);
    if (topic === this.#legalTopic) return topic;
    const reason = topicProblem(topic);
    if (reason !== undefined) throw new InvalidRecordError({ reason });
    this.#legalTopic = topic;
    return topic;
  }

  #contextsOf(topic: string): FieldContexts {
    return this.#contexts.key.topic === topic ? this.#contexts : (this.#contexts = contextsOf(topic));
  }

  #headersOf(record: ProducerRecord, topic: string): Pending<readonly RecordHeader[]> {
    const own = record.headers ?? undefined;
    const defaults = this.#settings.defaultHeaders === undefined ? undefined : this.#defaultHeaders(topic);
    if (own === undefined && defaults === undefined) return NO_HEADERS;
    return headerList(own, defaults, (header, value) =>
      serializeField(this.#header, value, { topic, field: 'header', header }),
    );
  }

  #defaultHeaders(topic: string): RecordHeaders | undefined {
    try {
      return this.#settings.defaultHeaders?.({ topic }) ?? undefined;
    } catch (cause) {
      throw new SerializationError({ topic, field: 'header', reason: `defaultHeaders threw ${String(cause)}`, cause });
    }
  }
}

const NO_HEADERS: readonly RecordHeader[] = [];

/** What serializers are told of a topic's records; the same objects for many records in a row. */
type FieldContexts = Readonly<Record<'key' | 'value', SerializationContext>>;

function contextsOf(topic: string): FieldContexts {
  return { key: Object.freeze({ topic, field: 'key' }), value: Object.freeze({ topic, field: 'value' }) };
}

function serializeField(
  serializer: Serializer,
  data: unknown,
  context: SerializationContext,
): Pending<SerializedValue> {
  if (data === null) return null;
  let result: unknown;
  try {
    result = serializer.serialize(data, context);
  } catch (cause) {
    throw refused(context, cause);
  }
  if (typeof result === 'string' || !isThenable(result)) return checked(result, context);
  const bytes = Promise.resolve(result).then(
    (value) => checked(value, context),
    (cause: unknown) => {
      throw refused(context, cause);
    },
  );
  // Another field of the record may throw before anybody awaits this one.
  bytes.catch(() => {});
  return bytes;
}

function checked(result: unknown, context: SerializationContext): SerializedValue {
  if (typeof result === 'string' || result instanceof Uint8Array || result === null) return result;
  throw refused(context, new TypeError(`the serializer returned ${describeType(result)}, not bytes, a string or null`));
}

function refused({ topic, field, header }: SerializationContext, cause: unknown): SerializationError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SerializationError({ topic, field, reason: header === undefined ? why : `'${header}': ${why}`, cause });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
