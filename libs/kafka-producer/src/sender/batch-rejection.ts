import { errorCode, errorName } from 'kafka-wire';

import type { ProducerBatch } from '../accumulator/producer-batch.js';
import { AuthorizationError } from '../errors/cluster-side.errors.js';
import { DeliveryRejectedError } from '../errors/delivery.errors.js';
import { RecordTooLargeError } from '../errors/record.errors.js';
import type { RejectedOutcome } from './produce-outcome.js';

const TOPIC_AUTHORIZATION_FAILED = errorCode('TOPIC_AUTHORIZATION_FAILED');
const CLUSTER_AUTHORIZATION_FAILED = errorCode('CLUSTER_AUTHORIZATION_FAILED');
const MESSAGE_TOO_LARGE = errorCode('MESSAGE_TOO_LARGE');
const INVALID_RECORD = errorCode('INVALID_RECORD');

/** The error of a batch that a broker rejected, for all its records. */
export function rejection(
  batch: ProducerBatch,
  { errorCode: code, message }: Pick<RejectedOutcome, 'errorCode' | 'message'>,
): Error {
  const { topic } = batch;
  // These three say nothing of an attempt before, so they are for batches that cannot be in the log.
  if (!batch.maybeAppended && code === TOPIC_AUTHORIZATION_FAILED) {
    return new AuthorizationError({ resource: 'topic', name: topic, operation: 'Write' });
  }
  if (!batch.maybeAppended && code === CLUSTER_AUTHORIZATION_FAILED) {
    return new AuthorizationError({ resource: 'cluster', name: 'kafka-cluster', operation: 'IdempotentWrite' });
  }
  if (!batch.maybeAppended && code === MESSAGE_TOO_LARGE && batch.recordCount === 1) {
    return new RecordTooLargeError({ topic, sizeBytes: batch.sizeBytes, limit: 'max.message.bytes' });
  }
  return rejected(batch, code, message);
}

/**
 * The errors of a batch of which the broker named the records that are to blame (KIP-467): nothing of it was appended.
 *
 * The others are not sent again by us: the caller decides whether they still make sense without those that failed. Source:
 * `Sender.completeBatch()` of the Java client.
 *
 * @returns by the record's place in the batch; the first error stands for the batch
 */
export function recordRejections(
  batch: ProducerBatch,
  { errorCode: code, message, recordErrors }: RejectedOutcome,
): { readonly first: Error; readonly errorOf: (index: number) => Error } {
  // One code stands for all of them, so of several it says nothing about each: then the message has to.
  const recordCode = recordErrors.length === 1 ? code : INVALID_RECORD;
  const errors = new Map<number, Error>();
  for (const { batchIndex, batchIndexErrorMessage } of recordErrors) {
    errors.set(batchIndex, rejected(batch, recordCode, batchIndexErrorMessage ?? message));
  }
  const neighbour = rejected(batch, code, neighbourText(recordErrors.length, batch.maybeAppended));
  return { first: errors.values().next().value ?? neighbour, errorOf: (index) => errors.get(index) ?? neighbour };
}

function neighbourText(badRecords: number, maybeAppended: boolean): string {
  const refused =
    badRecords === 1 ? 'another record of its batch was' : `${badRecords} other records of its batch were`;
  return `${refused} refused and it was not${maybeAppended ? '' : ', so it may be sent again'}`;
}

function rejected(batch: ProducerBatch, code: number, message: string | null): DeliveryRejectedError {
  const { topic, partition, attempts, maybeAppended } = batch;
  return new DeliveryRejectedError({
    topic,
    partition,
    persisted: maybeAppended ? 'possibly' : 'no',
    errorCode: code,
    errorName: errorName(code),
    attempts,
    ...(message !== null && { brokerMessage: message.replace(/\.$/, '') }),
  });
}
