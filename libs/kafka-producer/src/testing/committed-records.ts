import type { CommittedRecord } from './committed-record.js';

/**
 * What an application's producers wrote, in the order in which it was appended: all of them together, each record with the name of its producer.
 *
 * A record is here before the `send()` that made it resolves. What was refused never is.
 */
export abstract class CommittedRecords {
  /** Of all topics. */
  abstract all(): readonly CommittedRecord[];

  /** @param topic as it is in Kafka, after `resolveTopic` */
  abstract in(topic: string): readonly CommittedRecord[];

  /**
   * The records of a topic one by one: the first call gives the first one, each call the one after. Waits for those that are not there yet, so a test
   * of `enqueue()` or of `waitFor: 'accepted'` needs no sleep. Never rejects: a record that does not come is the test's own time-out.
   */
  abstract next(topic: string): Promise<CommittedRecord>;

  /** Forgets everything so far, for tests that share an application. Offsets go on. */
  abstract clear(): void;
}
