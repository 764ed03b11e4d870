import type { SizedRecord } from 'kafka-wire';

import type { RecordMetadata } from '../../record/record-metadata.js';

/**
 * A record of a unit: serialised, checked, its partition chosen, not sent.
 *
 * A class, like all that is made once per record (see `SerializedRecord`).
 */
export class StagedRecord {
  /** Its place among the records of its unit; -1 once it is none of them any more. */
  position = -1;

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly sized: SizedRecord,
  ) {}

  /** What is known of it before it is committed: no offset. */
  get metadata(): RecordMetadata {
    return { topic: this.topic, partition: this.partition, timestamp: this.sized.timestampMs };
  }
}
