import { InvalidRecordError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { OWN_PAYLOAD, type OwnPayload } from '../serialization/own-payload.js';
import { OWN_SERIALIZER, type OwnSerializer } from '../serialization/own-serializer.js';
import { ClassValidation, type PayloadClass } from './class-validation.js';
import { checkedKey, ContractPayload, made } from './contract-payload.js';
import { SchemaValidation } from './schema-validation.js';
import { isStandardSchema } from './standard-schema.js';
import { checkDefinition, type TopicDefinition } from './topic-definition.js';

/**
 * A typed contract about the records of a topic: call it with a payload to make one.
 *
 * @typeParam P what is sent
 * @typeParam In what a caller gives
 */
export interface TopicContract<P = unknown, In = P> {
  /**
   * A record that can be changed before it is sent: `{ ...orderPlaced(event), partition: 1 }`.
   *
   * Of a contract with `payload` its `value` is still what was given, and key and headers are those it was given by hand: all of them are made when it is sent.
   */
  (payload: In): ProducerRecord<P>;
  /** As the program names it; `producer.topicName(contract)` is the name in Kafka. */
  readonly topic: string;
  /** The module whose producer `@Emit` and `@InjectTopic` use. */
  readonly producer: string | undefined;
  /** What `@InjectTopic(contract)` injects; a test may override it. Each contract has its own: two may share a topic. */
  readonly token: symbol;
  /** A record that deletes this key in a compacted topic. */
  tombstone(key: string | Uint8Array): ProducerRecord<P>;
}

/** The payload of a contract, as it is sent. */
export type PayloadOf<C> = C extends TopicContract<infer P, never> ? P : never;

/** Any contract, whatever its payload. */
export type AnyTopicContract = TopicContract<unknown, never>;

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
export function defineTopic<P, In = P>(topic: string, definition: TopicDefinition<P, In>): TopicContract<P, In> {
  checkDefinition(topic, definition);
  const { producer, serializer } = definition;
  const own: OwnSerializer = serializer === undefined ? {} : { [OWN_SERIALIZER]: serializer };
  const payload = contractPayload(topic, definition);
  const record =
    payload === undefined ? plainRecords(topic, definition, own) : validatedRecords<P, In>(topic, payload, own);
  const tombstone = (key: string | Uint8Array): ProducerRecord<P> => {
    if ((key ?? undefined) === undefined)
      throw new InvalidRecordError({ topic, reason: 'a tombstone needs the key it deletes' });
    return { topic, value: null, key };
  };
  const token = Symbol(
    `@InjectTopic('${topic}'): import KafkaProducerModule.forFeature([its contract]) in this module`,
  );
  Object.defineProperty(record, OWN_PAYLOAD, { value: payload });
  return Object.freeze(Object.assign(record, { topic, producer, token, tombstone }));
}

/** Loads what the contract needs to validate. @throws InvalidTopicError when that is not installed */
export async function prepareContract(contract: AnyTopicContract): Promise<void> {
  await (contract as AnyTopicContract & OwnPayload)[OWN_PAYLOAD]?.prepare();
}

/** Whether payloads of the contract are validated when they are sent. */
export function validates(contract: AnyTopicContract): boolean {
  return (contract as AnyTopicContract & OwnPayload)[OWN_PAYLOAD] !== undefined;
}

export function isContract(value: unknown): value is AnyTopicContract {
  const { topic, token } = (typeof value === 'function' ? value : {}) as Partial<AnyTopicContract>;
  return typeof topic === 'string' && typeof token === 'symbol';
}

function contractPayload<P, In>(topic: string, definition: TopicDefinition<P, In>): ContractPayload | undefined {
  const { payload, key, headers } = definition;
  if (payload === undefined) return undefined;
  const validation = isStandardSchema(payload)
    ? new SchemaValidation(payload)
    : new ClassValidation(topic, payload as PayloadClass<object>);
  return new ContractPayload(validation, { key, headers } as ConstructorParameters<typeof ContractPayload>[1]);
}

/** Complete as they are made: there is nothing to wait for. */
function plainRecords<P, In>(
  topic: string,
  { key, headers }: TopicDefinition<P, In>,
  own: OwnSerializer,
): (payload: In) => ProducerRecord<P> {
  return (given) => {
    const payload = given as unknown as P; // without a schema they are the same
    return {
      topic,
      value: payload,
      key: key === null ? null : checkedKey(topic, made('key', topic, key, payload)),
      ...(headers !== undefined && { headers: made('headers', topic, headers, payload) }),
      ...own,
    };
  };
}

/** Completed when they are sent, since their schema may have to wait for something and may change the payload. */
function validatedRecords<P, In>(
  topic: string,
  payload: ContractPayload,
  own: OwnSerializer,
): (payload: In) => ProducerRecord<P> {
  const ofContract: OwnSerializer & OwnPayload = { ...own, [OWN_PAYLOAD]: payload };
  return (given) => ({ topic, value: given as unknown as P, ...ofContract });
}
