import type { SizedRecord } from 'kafka-wire';

/**
 * A record as bytes, its partition not chosen yet unless the caller named one.
 *
 * A class, like all that is made once per record: what V8 learns about the lifetime of object literals while the first records wait for metadata would have it
 * place all later ones among the long-lived objects, which doubles the cost of a record.
 */
export class SerializedRecord {
  constructor(
    readonly topic: string,
    /** The caller's explicit choice; checked against the topic's partitions later. */
    readonly partition: number | undefined,
    /** Key, value, headers and timestamp, each measured once. */
    readonly sized: SizedRecord,
  ) {}
}
