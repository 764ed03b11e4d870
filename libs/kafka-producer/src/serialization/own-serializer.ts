import type { SerializedValue, Serializer } from './serializer.js';

/**
 * Where a record carries the value serializer of the contract it was made by.
 *
 * A symbol, so that it is no field of the record, and enumerable, so that `{ ...orderPlaced(event), partition: 1 }` keeps it.
 */
export const OWN_SERIALIZER: unique symbol = Symbol.for('nestjs-kafka-producer/serializer');

export interface OwnSerializer {
  readonly [OWN_SERIALIZER]?: FieldSerializer;
}

export interface FieldSerializer extends Serializer {
  /** It is used for the key and for the headers too. */
  readonly isForAllFields?: boolean;
  /** The record names its topic as it is in Kafka: `resolveTopic` is not asked. */
  readonly isTopicResolved?: boolean;
}

/** For a record of bytes that were in a log before, or that somebody else has encoded: no serializer of the module touches any of its fields. */
export const ENCODED: FieldSerializer = { isForAllFields: true, serialize: (data) => data as SerializedValue };

/** The same, for a topic that a message has named. */
export const ENCODED_REPLY: FieldSerializer = { ...ENCODED, isTopicResolved: true };
