/** A header's value: a string is sent as its UTF-8 bytes, `null` as Kafka's null. */
export type HeaderValue = string | Uint8Array | null;

/**
 * What a caller sends.
 *
 * No field is guessed from another: a payload that happens to have a `value` or `key` property is payload. The object is never changed; it
 * must not be changed by the caller either until `send()`, `sendAll()` or `enqueue()` has settled, because while much is waiting its key, value and headers
 * are read only when memory comes free.
 */
export interface ProducerRecord<V = unknown> {
  topic: string;
  /** The payload, given to the topic's value serializer. `null` is a tombstone: in a compacted topic it deletes the key. */
  value: V | null;
  /** Records of one key keep their order, because they share a partition. `null` or absent: any partition. */
  key?: string | Uint8Array | null | undefined;
  /** A plain object. An array sends the name once for each of its values, in that order. */
  headers?: Readonly<Record<string, HeaderValue | readonly HeaderValue[]>> | undefined;
  /** 0 to the topic's partition count - 1. Absent: chosen by key, else by the partitioner. */
  partition?: number | undefined;
  /** Milliseconds since the epoch, or a Date. Absent: the moment of the call, however long the record waits; one moment for all records of a `sendAll()`. */
  timestamp?: number | Date | undefined;
}
