import { InvalidRecordError } from '../errors/record.errors.js';
import type { HeaderValue, ProducerRecord } from '../record/producer-record.js';
import { OWN_SERIALIZER, type OwnSerializer } from '../serialization/own-serializer.js';
import type { Serializer } from '../serialization/serializer.js';

type Headers = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;

/** What a topic promises about its records. */
export interface TopicDefinition<P> {
  /**
   * The key of a record, from its payload; or `null` for records without one.
   *
   * Required, because it decides about partitions and so about order. Returning `undefined` is `InvalidRecordError`, never a null key by accident.
   */
  readonly key: ((payload: P) => string | Uint8Array | null) | null;
  /** Headers of every record; a record's own and the module's default headers are merged with them, the record's first. */
  readonly headers?: ((payload: P) => Headers) | undefined;
  /** For the values of this topic, instead of the module's. */
  readonly serializer?: Serializer<P> | undefined;
  /** The module whose producer `@Emit` uses. @defaultValue 'default' */
  readonly producer?: string | undefined;
}

/**
 * A typed contract about the records of a topic: call it with a payload to make one.
 *
 * @typeParam P what is sent
 * @typeParam In what a caller gives
 */
export interface TopicContract<P = unknown, In = P> {
  (payload: In): ProducerRecord<P>;
  /** As the program names it; `producer.topicName(contract)` is the name in Kafka. */
  readonly topic: string;
  /** The module whose producer `@Emit` uses. */
  readonly producer: string | undefined;
  /** A record that deletes this key in a compacted topic. */
  tombstone(key: string | Uint8Array): ProducerRecord<P>;
}

/** The payload of a contract. */
export type PayloadOf<C> = C extends TopicContract<infer P, never> ? P : never;

/**
 * Declares a topic once: its name, the key, the headers and the type of its records.
 *
 * @example
 * ```ts
 * export const orderPlaced = defineTopic<OrderPlaced>('orders.placed', { key: (event) => event.orderId });
 * await producer.send(orderPlaced(event));
 * ```
 * @throws InvalidRecordError for a definition that could make no record
 */
export function defineTopic<P>(topic: string, definition: TopicDefinition<P>): TopicContract<P> {
  checkDefinition(topic, definition);
  const { key, headers, serializer, producer } = definition;
  const own: OwnSerializer = serializer === undefined ? {} : { [OWN_SERIALIZER]: serializer };
  const record = (payload: P): ProducerRecord<P> => ({
    topic,
    value: payload,
    key: key === null ? null : checkedKey(topic, key(payload)),
    ...(headers !== undefined && { headers: headers(payload) }),
    ...own,
  });
  const tombstone = (tombstoneKey: string | Uint8Array): ProducerRecord<P> => {
    if ((tombstoneKey ?? undefined) === undefined)
      throw new InvalidRecordError({ topic, reason: 'a tombstone needs the key it deletes' });
    return { topic, value: null, key: tombstoneKey };
  };
  return Object.freeze(Object.assign(record, { topic, producer, tombstone }));
}

/** Told at once and not by the first record, which may be days away. */
function checkDefinition(topic: string, definition: object | undefined): void {
  const given: Readonly<Record<string, unknown>> = { ...definition };
  const key = given['key'];
  const refuse = (reason: string): never => {
    throw new InvalidRecordError({ topic, reason });
  };
  if (typeof topic !== 'string' || topic === '') refuse('defineTopic() needs the name of the topic');
  if (key !== null && typeof key !== 'function') refuse('its contract needs `key`: a function of the payload, or null');
  for (const name of Object.keys(given)) {
    if (name === 'payload') refuse('its contract has `payload`, and validation is not available in this version');
    if (!KNOWN.includes(name)) refuse(`its contract has '${name}', which is none of ${KNOWN.join(', ')}`);
  }
}

const KNOWN: readonly string[] = ['key', 'headers', 'serializer', 'producer'];

function checkedKey(topic: string, key: string | Uint8Array | null | undefined): string | Uint8Array | null {
  if (key !== undefined) return key;
  const reason = 'the key of its contract returned undefined; return a key, or null for a record without one';
  throw new InvalidRecordError({ topic, reason });
}
