import type {
  AuthenticationError,
  AuthorizationError,
  ClusterUnreachableError,
  UnknownTopicError,
} from './cluster-side.errors.js';
import type {
  BatchDeliveryError,
  BufferExhaustedError,
  DeliveryAbortedError,
  DeliveryRejectedError,
  DeliveryTimeoutError,
  ProducerClosedError,
} from './delivery.errors.js';
import type { KafkaProducerErrorCode } from './error-codes.js';
import { hasErrorBrand, type KafkaProducerError } from './kafka-producer.error.js';
import type {
  InvalidMethodError,
  InvalidOptionsError,
  InvalidTopicError,
  UnboundMethodError,
} from './program.errors.js';
import type {
  InvalidRecordError,
  PayloadValidationError,
  RecordTooLargeError,
  SerializationError,
} from './record.errors.js';
import type {
  PoolExhaustedError,
  ProducerFencedError,
  PropagationError,
  TransactionAbortedError,
  TransactionEndedError,
  TransactionOutcomeUnknownError,
} from './transaction.errors.js';

type AnyError =
  | InvalidOptionsError
  | UnboundMethodError
  | InvalidMethodError
  | InvalidTopicError
  | SerializationError
  | PayloadValidationError
  | InvalidRecordError
  | RecordTooLargeError
  | UnknownTopicError
  | AuthorizationError
  | AuthenticationError
  | ClusterUnreachableError
  | BufferExhaustedError
  | DeliveryTimeoutError
  | DeliveryRejectedError
  | DeliveryAbortedError
  | BatchDeliveryError
  | ProducerClosedError
  | PropagationError
  | TransactionAbortedError
  | TransactionEndedError
  | TransactionOutcomeUnknownError
  | ProducerFencedError
  | PoolExhaustedError;

/** The class that carries a code. */
export type KafkaProducerErrorOf<C extends KafkaProducerErrorCode> = Extract<AnyError, { readonly code: C }>;

/**
 * Whether an error came from this package, also when two copies of it are installed, where `instanceof` fails.
 *
 * @param code narrows the error to the class that carries this code
 */
export function isKafkaProducerError(error: unknown): error is KafkaProducerError;
export function isKafkaProducerError<C extends KafkaProducerErrorCode>(
  error: unknown,
  code: C,
): error is KafkaProducerErrorOf<C>;
export function isKafkaProducerError(error: unknown, code?: KafkaProducerErrorCode): boolean {
  return hasErrorBrand(error) && (code === undefined || error.code === code);
}
