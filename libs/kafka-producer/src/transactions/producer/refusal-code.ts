import { UnsupportedVersionError } from '../../cluster/cluster.errors.js';
import { AuthenticationError, AuthorizationError, UnknownTopicError } from '../../errors/cluster-side.errors.js';
import { DeliveryRejectedError } from '../../errors/delivery.errors.js';
import {
  CLUSTER_AUTHORIZATION_FAILED,
  GROUP_AUTHORIZATION_FAILED,
  SASL_AUTHENTICATION_FAILED,
  TOPIC_AUTHORIZATION_FAILED,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  UNKNOWN_SERVER_ERROR,
  UNKNOWN_TOPIC_OR_PARTITION,
  UNSUPPORTED_VERSION,
} from './transaction-codes.js';

const OF_RESOURCE: Readonly<Record<AuthorizationError['resource'], number>> = {
  topic: TOPIC_AUTHORIZATION_FAILED,
  cluster: CLUSTER_AUTHORIZATION_FAILED,
  group: GROUP_AUTHORIZATION_FAILED,
  'transactional id': TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
};

/** Kafka's code for an error that was found out on the way to a broker. */
export function codeOf(error: unknown): number {
  if (error instanceof DeliveryRejectedError) return error.errorCode;
  if (error instanceof UnknownTopicError) return UNKNOWN_TOPIC_OR_PARTITION;
  if (error instanceof AuthorizationError) return OF_RESOURCE[error.resource];
  if (error instanceof AuthenticationError) return SASL_AUTHENTICATION_FAILED;
  if (error instanceof UnsupportedVersionError) return UNSUPPORTED_VERSION;
  return UNKNOWN_SERVER_ERROR;
}
