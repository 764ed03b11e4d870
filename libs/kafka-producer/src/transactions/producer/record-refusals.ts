import { errorName } from 'kafka-wire';

import { AuthorizationError, UnknownTopicError } from '../../errors/cluster-side.errors.js';
import { DeliveryRejectedError, ProducerClosedError } from '../../errors/delivery.errors.js';
import type { StagedRecord } from '../unit/staged-record.js';
import { NoAnswerError } from './coordinator-requests.js';
import { codeOf } from './refusal-code.js';
import {
  COORDINATOR_NOT_AVAILABLE,
  INVALID_TXN_STATE,
  TOPIC_AUTHORIZATION_FAILED,
  UNKNOWN_TOPIC_OR_PARTITION,
} from './transaction-codes.js';
import type { AppendOutcome, OffsetsOutcome } from './transactional-producer.js';

/** Of records that were in no batch. */
const NO_BATCH = -1;

/** The transaction cannot go on: nobody's record is to blame. */
export function lostTransaction(
  { topic, partition }: StagedRecord,
  errorCode: number = INVALID_TXN_STATE,
): AppendOutcome {
  return { kind: 'refused', errorCode, error: rejected(topic, partition, errorCode), isNamed: false, batch: NO_BATCH };
}

/** As `lostTransaction()`, of offsets. */
export function lostOffsets(transactionalId: string, errorCode: number = INVALID_TXN_STATE): OffsetsOutcome {
  const error = new Error(`The transaction of '${transactionalId}' can only be aborted`);
  return { kind: 'refused', errorCode, error };
}

/** The partitions of a record could not be added. */
export function withoutPartitions(error: Error): AppendOutcome {
  if (error instanceof ProducerClosedError) return { kind: 'unanswered', error };
  if (error instanceof NoAnswerError) {
    // Of the coordinator: no partition is sick.
    return { kind: 'refused', errorCode: COORDINATOR_NOT_AVAILABLE, error, isNamed: false, batch: NO_BATCH };
  }
  return { kind: 'refused', errorCode: codeOf(error), error, isNamed: false, batch: NO_BATCH };
}

/** The coordinator does not let the record's partition into the transaction. */
export function refusedPartition({ topic, partition }: StagedRecord, errorCode: number): AppendOutcome {
  return {
    kind: 'refused',
    errorCode,
    error: partitionError(topic, partition, errorCode),
    isNamed: true,
    batch: NO_BATCH,
  };
}

function partitionError(topic: string, partition: number, errorCode: number): Error {
  if (errorCode === TOPIC_AUTHORIZATION_FAILED) {
    return new AuthorizationError({ resource: 'topic', name: topic, operation: 'Write' });
  }
  return errorCode === UNKNOWN_TOPIC_OR_PARTITION
    ? new UnknownTopicError({ topic, partition })
    : rejected(topic, partition, errorCode);
}

function rejected(topic: string, partition: number, errorCode: number): DeliveryRejectedError {
  return new DeliveryRejectedError({
    topic,
    partition,
    persisted: 'no',
    errorCode,
    errorName: errorName(errorCode),
    attempts: 1,
  });
}
