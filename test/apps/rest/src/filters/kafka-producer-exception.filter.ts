import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  BatchDeliveryError,
  KafkaProducerError,
  ProducerClosedError,
  RecordTooLargeError,
} from 'nestjs-kafka-producer';

/** Tells the caller whether sending the same request again makes sense. */
@Catch(KafkaProducerError)
export class KafkaProducerExceptionFilter implements ExceptionFilter<KafkaProducerError> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: KafkaProducerError, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    const statusCode = statusOf(error);
    if (statusCode === HttpStatus.SERVICE_UNAVAILABLE) httpAdapter.setHeader(response, 'Retry-After', '5');
    httpAdapter.reply(response, { statusCode, code: error.code }, statusCode);
  }
}

function statusOf(error: KafkaProducerError): HttpStatus {
  if (error instanceof RecordTooLargeError) return HttpStatus.PAYLOAD_TOO_LARGE;
  if (error.retriable || error instanceof ProducerClosedError) return HttpStatus.SERVICE_UNAVAILABLE;
  if (error instanceof BatchDeliveryError) return statusOfBatch(error);
  return HttpStatus.INTERNAL_SERVER_ERROR;
}

/** Some events of one call failed: the worst of them decides. */
function statusOfBatch({ results }: BatchDeliveryError): HttpStatus {
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  return reasons.every(({ retriable }) => retriable)
    ? HttpStatus.SERVICE_UNAVAILABLE
    : HttpStatus.INTERNAL_SERVER_ERROR;
}
