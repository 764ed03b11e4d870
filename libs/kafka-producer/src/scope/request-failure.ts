import { HttpStatus, ServiceUnavailableException } from '@nestjs/common';

import { isKafkaProducerError } from '../errors/is-kafka-producer-error.js';

/**
 * How a request fails when Kafka did not take what it sends.
 *
 * Over HTTP and GraphQL what may pass is 503, with the error as its cause; its message names topics and brokers, which are not for callers. Everything else is
 * thrown as it is: Nest answers 500, or what the filters of the application and the transport of a message make of it.
 */
export function requestFailure(origin: string, error: unknown): unknown {
  if ((origin !== 'http' && origin !== 'graphql') || !mayPass(error)) return error;
  const statusCode = HttpStatus.SERVICE_UNAVAILABLE;
  return new ServiceUnavailableException({ statusCode, message: 'Service Unavailable' }, { cause: error });
}

function mayPass(error: unknown): boolean {
  if (!isKafkaProducerError(error)) return false;
  if (!isKafkaProducerError(error, 'KAFKA_PRODUCER_BATCH_DELIVERY')) return error.retriable;
  return error.results.every((result) => result.status === 'fulfilled' || mayPass(result.reason));
}
