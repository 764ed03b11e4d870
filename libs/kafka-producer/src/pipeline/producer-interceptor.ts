import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';

/**
 * Sees the records of a producer, as Kafka's `ProducerInterceptor` does: for tracing headers, audits, counters. Both methods are optional and synchronous, and
 * are called in the order of the `interceptors` option.
 */
export interface ProducerInterceptor {
  /**
   * Before the record is validated and serialised, in the async context of the call that sends it.
   *
   * The record is a copy: it may be changed and returned, or another one be returned in its place. Its payload is the caller's own and must stay as it is. What
   * this throws rejects the record with `InvalidRecordError`; nothing of it is sent then.
   *
   * @returns the record to send
   */
  onSend?(record: ProducerRecord): ProducerRecord;

  /**
   * Once per record that came to `onSend`, before its sender learns of it. What this throws is logged once, and changes nothing.
   *
   * @param metadata of a record that failed: its topic, and its partition if that was chosen, else -1
   * @param error why it failed; `undefined` when it is acknowledged
   */
  onAcknowledgement?(metadata: RecordMetadata, error: unknown): void;
}

/** What the `interceptors` option has. */
// oxlint-disable-next-line typescript/no-explicit-any -- the container knows what the constructor needs
export type InterceptorClass = new (...dependencies: any[]) => ProducerInterceptor;
