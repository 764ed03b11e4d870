import { errorCode, errorName, isRetriableError, type apis, type ResponseOf } from 'kafka-wire';

import { UnsupportedVersionError } from '../cluster/cluster.errors.js';

/** One partition's part of a produce response. */
export type PartitionResponse = ResponseOf<typeof apis.Produce>['responses'][number]['partitionResponses'][number];

/** What an attempt came to, as far as it can be known. */
export type ProduceOutcome =
  | { readonly kind: 'appended'; readonly baseOffset: number; readonly appendTimeMs: number }
  /** Goes again as it is. */
  | {
      readonly kind: 'retry';
      readonly errorCode: number;
      readonly reason: string;
      readonly maybeAppended: boolean;
      readonly isStaleMetadata: boolean;
    }
  /** The broker refuses the sequence: what that means depends on what else is unsettled. */
  | { readonly kind: 'sequence-refused'; readonly errorCode: number; readonly needsNewProducerId: boolean }
  | RejectedOutcome;

export interface RejectedOutcome {
  readonly kind: 'rejected';
  readonly errorCode: number;
  readonly message: string | null;
  /** The records that are to blame, where the broker names them (KIP-467). */
  readonly recordErrors: PartitionResponse['recordErrors'];
}

const NETWORK_EXCEPTION = errorCode('NETWORK_EXCEPTION');
const OUT_OF_ORDER_SEQUENCE_NUMBER = errorCode('OUT_OF_ORDER_SEQUENCE_NUMBER');
const DUPLICATE_SEQUENCE_NUMBER = errorCode('DUPLICATE_SEQUENCE_NUMBER');
const INVALID_PRODUCER_EPOCH = errorCode('INVALID_PRODUCER_EPOCH');
const UNKNOWN_PRODUCER_ID = errorCode('UNKNOWN_PRODUCER_ID');
const UNSUPPORTED_VERSION = errorCode('UNSUPPORTED_VERSION');

/** Errors whose answer does not exclude that the records are in the log. */
const AFTER_APPEND: ReadonlySet<number> = new Set([
  errorCode('NOT_LEADER_OR_FOLLOWER'),
  errorCode('REQUEST_TIMED_OUT'),
  errorCode('NOT_ENOUGH_REPLICAS_AFTER_APPEND'),
  errorCode('KAFKA_STORAGE_ERROR'),
  errorCode('UNKNOWN_SERVER_ERROR'),
]);

/** Errors that say we asked the wrong broker. Source: the Java client's `InvalidMetadataException` and its subclasses. */
const STALE_METADATA: ReadonlySet<number> = new Set([
  errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
  errorCode('LEADER_NOT_AVAILABLE'),
  errorCode('NOT_LEADER_OR_FOLLOWER'),
  errorCode('REPLICA_NOT_AVAILABLE'),
  errorCode('KAFKA_STORAGE_ERROR'),
  errorCode('LISTENER_NOT_FOUND'),
  errorCode('FENCED_LEADER_EPOCH'),
  errorCode('UNKNOWN_TOPIC_ID'),
  errorCode('INCONSISTENT_TOPIC_ID'),
]);

/** @param response `undefined` when the answer does not mention the partition: that is never a success. */
export function outcomeOf(response: PartitionResponse | undefined): ProduceOutcome {
  if (response === undefined) {
    return unanswered('the answer left this partition out', true);
  }
  const { errorCode: code } = response;
  switch (code) {
    case 0:
      return { kind: 'appended', baseOffset: response.baseOffset, appendTimeMs: response.logAppendTimeMs };
    case DUPLICATE_SEQUENCE_NUMBER:
      return { kind: 'appended', baseOffset: -1, appendTimeMs: -1 };
    case OUT_OF_ORDER_SEQUENCE_NUMBER:
    case UNKNOWN_PRODUCER_ID:
      return { kind: 'sequence-refused', errorCode: code, needsNewProducerId: false };
    case INVALID_PRODUCER_EPOCH:
      return { kind: 'sequence-refused', errorCode: code, needsNewProducerId: true };
  }
  if (!isRetriableError(code)) {
    const { errorMessage: message, recordErrors } = response;
    return { kind: 'rejected', errorCode: code, message, recordErrors };
  }
  return {
    kind: 'retry',
    errorCode: code,
    reason: errorName(code),
    maybeAppended: AFTER_APPEND.has(code),
    isStaleMetadata: STALE_METADATA.has(code),
  };
}

/** The request failed as a whole: its connection is gone, or the broker does not speak our language, which no repeat mends. */
export function lostOutcome(error: unknown): ProduceOutcome {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof UnsupportedVersionError) {
    return { kind: 'rejected', errorCode: UNSUPPORTED_VERSION, message: reason, recordErrors: [] };
  }
  return unanswered(reason, (error as { written?: boolean }).written !== false);
}

/** No answer came, or none about this partition. @param written the broker may have seen the request */
export function unanswered(reason: string, written: boolean): ProduceOutcome {
  return { kind: 'retry', errorCode: NETWORK_EXCEPTION, reason, maybeAppended: written, isStaleMetadata: true };
}

/** A rejection that does not prove the records are not in the log. */
export function isAfterAppend(code: number): boolean {
  return AFTER_APPEND.has(code);
}
