import type { RecordMetadata } from './record-metadata.js';

/** A record that has its place in the buffer. */
export interface Delivery {
  /**
   * Settles exactly once: with the acknowledgement, or with the delivery error.
   *
   * May be ignored: a failure nobody awaits is not an unhandled rejection, it is still counted in `stats()` and published on the
   * diagnostics channel.
   */
  readonly acknowledged: Promise<RecordMetadata>;
}
