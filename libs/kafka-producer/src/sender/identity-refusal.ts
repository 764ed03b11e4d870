import { errorCode, errorName, isRetriableError } from 'kafka-wire';

import type { ProducerBatch } from '../accumulator/producer-batch.js';
import { UnsupportedVersionError } from '../cluster/cluster.errors.js';
import { AuthenticationError, AuthorizationError } from '../errors/cluster-side.errors.js';
import { DeliveryRejectedError } from '../errors/delivery.errors.js';

const CLUSTER_AUTHORIZATION_FAILED = errorCode('CLUSTER_AUTHORIZATION_FAILED');
const UNKNOWN_SERVER_ERROR = errorCode('UNKNOWN_SERVER_ERROR');
const UNSUPPORTED_VERSION = errorCode('UNSUPPORTED_VERSION');

/** A broker answered the question for a producer id with an error. */
export class InitProducerIdError extends Error {
  constructor(readonly errorCode: number) {
    super(`InitProducerId was answered ${errorName(errorCode)} (${errorCode})`);
  }
}

/** How the batches end that wait for a producer id. */
export type IdentityRefusal = (batch: ProducerBatch) => Error;

/** @returns `undefined` when asking again may help */
export function identityRefusal(error: unknown): IdentityRefusal | undefined {
  if (error instanceof AuthenticationError) return () => error;
  if (error instanceof UnsupportedVersionError) return (batch) => rejectedWith(batch, UNSUPPORTED_VERSION, error);
  if (!(error instanceof InitProducerIdError)) return undefined;
  const { errorCode: code } = error;
  if (code === CLUSTER_AUTHORIZATION_FAILED) {
    const resource = { resource: 'cluster', name: 'kafka-cluster', operation: 'IdempotentWrite' } as const;
    const refusal = new AuthorizationError({ ...resource, cause: error });
    return () => refusal;
  }
  if (code === UNKNOWN_SERVER_ERROR || isRetriableError(code)) return undefined;
  return (batch) => rejectedWith(batch, code, error);
}

function rejectedWith({ topic, partition, attempts }: ProducerBatch, code: number, cause: Error): Error {
  return new DeliveryRejectedError({
    topic,
    partition,
    persisted: 'no',
    errorCode: code,
    errorName: errorName(code),
    attempts,
    brokerMessage: `the producer got no producer id: ${cause.message}`,
    cause,
  });
}
