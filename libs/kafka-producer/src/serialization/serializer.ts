/** Bytes of a key, value or header. A string stands for its UTF-8 bytes and stays one until it is written into a batch; `null` is Kafka's null. */
export type SerializedValue = Uint8Array | string | null;

/** What is being serialised, for serializers that look up a schema by it. */
export interface SerializationContext {
  /** As it is in Kafka, after `resolveTopic`. */
  readonly topic: string;
  readonly field: 'key' | 'value' | 'header';
  /** The header's name, when `field` is `'header'`. */
  readonly header?: string;
}

/**
 * Turns what a caller gave into bytes.
 *
 * Runs in the async context of the call that sends the record. May be async (a schema registry): records of one topic keep the order of their
 * `send()` calls all the same. Never asked about `null`, which is Kafka's null in every field. Must not change what it is given. Anything it throws
 * fails this record alone, with `SerializationError`.
 */
export interface Serializer<T = unknown> {
  serialize(data: T, context: SerializationContext): SerializedValue | Promise<SerializedValue>;
}

/** One serializer per field of a record; a field left out has the default. */
export interface Serializers {
  readonly key?: Serializer | undefined;
  readonly value?: Serializer | undefined;
  readonly header?: Serializer | undefined;
}
