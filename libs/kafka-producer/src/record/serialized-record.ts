import type { SizedRecord } from 'kafka-wire';

/** A record as bytes, its partition not chosen yet unless the caller named one. */
export interface SerializedRecord {
  readonly topic: string;
  /** The caller's explicit choice; checked against the topic's partitions later. */
  readonly partition: number | undefined;
  /** Key, value, headers and timestamp, each measured once. */
  readonly sized: SizedRecord;
}
