/**
 * What became of a record, as its sender was told.
 *
 * `ok`: acknowledged. `fail-no`: failed, and proven not to be in the log. `fail-possibly`: failed, and may be in the log.
 */
export type Outcome =
  | { readonly kind: 'ok'; readonly partition: number; readonly offset: number | undefined }
  | { readonly kind: 'fail-no'; readonly error: string }
  | { readonly kind: 'fail-possibly'; readonly error: string }
  | { readonly kind: 'unsettled' };

/** One send of a history. Records are known by their values, which never repeat. */
export interface SentRecord {
  readonly value: string;
  readonly topic: string;
  /** Place among all sends, in the order of the calls; from 0. */
  readonly call: number;
  /** Milliseconds of the run's clock. */
  readonly calledAtMs: number;
  readonly settledAtMs: number | undefined;
  readonly outcome: Outcome;
}

/** What a reader found at an offset. */
export interface LoggedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}
