import { describeValue } from '../errors/describe-value.js';
import { InvalidTopicError, type OptionProblem } from '../errors/program.errors.js';
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
  /**
   * Headers of every record the contract makes. Those of an `@Emit` are merged over them, and the module's default headers add the names that are
   * missing.
   *
   * A spread replaces them: `{ ...orderPlaced(event), headers }` has only the new ones.
   */
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
 * @throws InvalidTopicError for a definition that could make no record, with everything that is wrong about it
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
function checkDefinition(topic: unknown, definition: unknown): void {
  const isNamed = typeof topic === 'string' && topic !== '';
  const problems: OptionProblem[] = isNamed
    ? []
    : [{ path: 'topic', message: `must be the name of the topic, got ${describeValue(topic)}` }];
  const given = (typeof definition === 'object' ? definition : null) as Readonly<Record<string, unknown>> | null;
  for (const [path, { expected, accepts }] of Object.entries(RULES)) {
    const value = given?.[path];
    if (!accepts(value)) problems.push({ path, message: `must be ${expected}, got ${describeValue(value)}` });
  }
  for (const [path, value] of Object.entries(given ?? {})) {
    if (value === undefined || Object.hasOwn(RULES, path)) continue;
    const known = `is not part of a definition (known: ${Object.keys(RULES).join(', ')})`;
    problems.push({
      path,
      message: path === 'payload' ? 'is validation, which is not available in this version' : known,
    });
  }
  if (problems.length > 0) throw new InvalidTopicError({ topic: isNamed ? topic : undefined, problems });
}

/** What each part of a definition must be. */
const RULES: Readonly<
  Record<keyof TopicDefinition<never>, { readonly expected: string; readonly accepts: (value: unknown) => boolean }>
> = {
  key: {
    expected: 'a function of the payload, or null for records without a key',
    accepts: (value) => value === null || isFunction(value),
  },
  headers: { expected: 'a function of the payload', accepts: (value) => value === undefined || isFunction(value) },
  serializer: {
    expected: 'an object with a method serialize()',
    accepts: (value) => value === undefined || isSerializer(value),
  },
  producer: {
    expected: 'the name of a module, a string that is not empty',
    accepts: (value) => value === undefined || (typeof value === 'string' && value.trim() !== ''),
  },
};

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isSerializer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isFunction((value as { serialize?: unknown }).serialize);
}

function checkedKey(topic: string, key: string | Uint8Array | null | undefined): string | Uint8Array | null {
  if (key !== undefined) return key;
  const reason = 'the key of its contract returned undefined; return a key, or null for a record without one';
  throw new InvalidRecordError({ topic, reason });
}
