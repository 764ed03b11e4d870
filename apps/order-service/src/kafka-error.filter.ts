import { Catch, HttpStatus, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import {
  BatchDeliveryError,
  KafkaProducerError,
  ProducerClosedError,
  TransactionAbortedError,
  TransactionOutcomeUnknownError,
} from 'nestjs-kafka-producer';

/** The part of Express' response that is used here. */
interface HttpResponse {
  setHeader(name: string, value: string): void;
  status(code: number): { json(body: unknown): void };
}

/**
 * Tells the customer what a failed event means for the order.
 *
 * 503 when the same request can succeed later, 500 when somebody has to look first. Hosts, topics and Kafka's own words go to the log only.
 */
@Catch(KafkaProducerError)
export class KafkaErrorFilter implements ExceptionFilter<KafkaProducerError> {
  private readonly log = new Logger(KafkaErrorFilter.name);

  catch(error: KafkaProducerError, host: ArgumentsHost): void {
    this.log.error(error.message);
    const response = host.switchToHttp().getResponse<HttpResponse>();
    if (mayRetry(error)) {
      response.setHeader('Retry-After', '5');
      response.status(HttpStatus.SERVICE_UNAVAILABLE).json({
        statusCode: HttpStatus.SERVICE_UNAVAILABLE,
        error: 'Service Unavailable',
        code: error.code,
        message:
          'The order could not be confirmed. Please send it again under the same reference: it counts as the same order.',
      });
    } else {
      response.status(HttpStatus.INTERNAL_SERVER_ERROR).json({
        statusCode: HttpStatus.INTERNAL_SERVER_ERROR,
        error: 'Internal Server Error',
        code: error.code,
        message: 'The order could not be taken because of a fault on our side. Sending it again will not help.',
      });
    }
  }
}

/** The reference makes a repetition harmless: so also when nobody knows whether the order was placed. */
function mayRetry(error: KafkaProducerError): boolean {
  if (error instanceof TransactionAbortedError && error.reason === 'rejected') return isRetriable(error.cause);
  if (error instanceof BatchDeliveryError) {
    return error.results.every((result) => result.status === 'fulfilled' || isRetriable(result.reason));
  }
  // When this instance is going down, another one will answer.
  return error.retriable || error instanceof TransactionOutcomeUnknownError || error instanceof ProducerClosedError;
}

function isRetriable(cause: unknown): boolean {
  return cause instanceof KafkaProducerError && mayRetry(cause);
}
