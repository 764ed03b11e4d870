/** Where an acknowledged record is. */
export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  /**
   * Decimal, as in kafkajs: an offset may exceed what a number can hold.
   *
   * Absent when the broker did not say: with `acks: 0`, and for a record whose first acknowledgement was lost and whose repeat the broker
   * recognised after its place had left the window it remembers.
   */
  readonly offset?: string;
  /** Milliseconds since the epoch: the record's own, or the broker's for a topic with `message.timestamp.type=LogAppendTime`. */
  readonly timestamp?: number;
}
