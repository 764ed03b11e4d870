import { BrokerAnswerError, ClusterError } from '../../cluster/cluster.errors.js';
import type { KafkaProducerErrorCode } from '../../errors/error-codes.js';
import { isKafkaProducerError } from '../../errors/is-kafka-producer-error.js';
import type { TransactionAbortedError } from '../../errors/transaction.errors.js';

/**
 * Whose fault it is that a message was not handled.
 *
 * message: its handler failed, or brokers refuse what it sends; counts as an attempt · cluster: the message would do, and brokers do not answer, do not take
 * anything from us, or there is no room; does not count · member: the group has moved on without this consumer, which has to join it again; does not count ·
 * unknown: its unit may have been committed: the group's stable position has to be read before anything of the partition is handled · closing: the producer
 * closes.
 */
export type Culprit = 'message' | 'cluster' | 'member' | 'unknown' | 'closing';

/** What was going on: the handler ran, or it had succeeded and its unit was being committed. */
export type FailedPhase = 'handling' | 'committing';

/** What kafkajs calls the errors that make a consumer join its group again. */
export type MemberErrorType = 'ILLEGAL_GENERATION' | 'UNKNOWN_MEMBER_ID' | 'REBALANCE_IN_PROGRESS';

/** By Kafka's number. A fenced static member is no member any more; kafkajs has none. */
const MEMBER_ERRORS: ReadonlyMap<number, MemberErrorType> = new Map([
  [22, 'ILLEGAL_GENERATION'],
  [25, 'UNKNOWN_MEMBER_ID'],
  [27, 'REBALANCE_IN_PROGRESS'],
  [82, 'UNKNOWN_MEMBER_ID'],
]);
const MEMBER_ERROR_TYPES: ReadonlySet<unknown> = new Set(MEMBER_ERRORS.values());

type Fault = Culprit | 'cause' | ((error: never, phase: FailedPhase) => Culprit);

/** Every error of ours has its row. `cause`: whatever is behind it. */
const FAULTS: Readonly<Record<KafkaProducerErrorCode, Fault>> = {
  KAFKA_PRODUCER_INVALID_OPTIONS: 'message',
  KAFKA_PRODUCER_UNBOUND_METHOD: 'message',
  KAFKA_PRODUCER_INVALID_METHOD: 'message',
  KAFKA_PRODUCER_INVALID_TOPIC: 'message',
  KAFKA_PRODUCER_SERIALIZATION: 'message',
  KAFKA_PRODUCER_PAYLOAD_VALIDATION: 'message',
  KAFKA_PRODUCER_INVALID_RECORD: 'message',
  KAFKA_PRODUCER_RECORD_TOO_LARGE: 'message',
  // The topic may come out of the message; left uncounted it would hold its partition for good, and nobody would hear of it.
  KAFKA_PRODUCER_UNKNOWN_TOPIC: 'message',
  KAFKA_PRODUCER_AUTHORIZATION: ({ resource }: { resource: string }) => (resource === 'topic' ? 'message' : 'cluster'),
  KAFKA_PRODUCER_AUTHENTICATION: 'cluster',
  KAFKA_PRODUCER_CLUSTER_UNREACHABLE: 'cluster',
  KAFKA_PRODUCER_BUFFER_EXHAUSTED: 'cluster',
  KAFKA_PRODUCER_DELIVERY_TIMEOUT: 'cluster',
  KAFKA_PRODUCER_DELIVERY_REJECTED: 'message',
  KAFKA_PRODUCER_DELIVERY_ABORTED: 'message',
  KAFKA_PRODUCER_BATCH_DELIVERY: 'cause',
  KAFKA_PRODUCER_CLOSED: 'closing',
  KAFKA_PRODUCER_PROPAGATION: 'message',
  KAFKA_PRODUCER_TRANSACTION_ABORTED: culpritOfAbort,
  KAFKA_PRODUCER_TRANSACTION_ENDED: 'message',
  // Of a unit that the handler ran beside the message's own, nothing is known of the message's.
  KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN: (_: unknown, phase) => (phase === 'committing' ? 'unknown' : 'cluster'),
  KAFKA_PRODUCER_FENCED: 'cluster',
  KAFKA_PRODUCER_POOL_EXHAUSTED: ({ heldByAncestor }: { heldByAncestor: boolean }) =>
    heldByAncestor ? 'message' : 'cluster',
};

/**
 * Decides by the class of the error, and of what caused it. Errors that are not of this package are the message's: a database that is away, or a bug, cannot be
 * told apart from here.
 */
export function culpritOf(error: unknown, phase: FailedPhase): Culprit {
  if (memberErrorOf(error) !== undefined) return 'member';
  if (!isKafkaProducerError(error)) return error instanceof ClusterError ? 'cluster' : 'message';
  const fault: Fault = FAULTS[error.code] ?? 'message'; // a code of another version of this package
  if (typeof fault === 'function') return fault(error as never, phase);
  return fault === 'cause' ? culpritOf(error.cause, phase) : fault;
}

/** Whether the group has moved on without this consumer, somewhere in the causes of an error; in kafkajs' words, for kafkajs to act on. */
export function memberErrorOf(error: unknown): MemberErrorType | undefined {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < MAX_DEPTH; depth++) {
    const { type } = at as { readonly type?: unknown };
    if (MEMBER_ERROR_TYPES.has(type)) return type as MemberErrorType;
    if (at instanceof BrokerAnswerError && MEMBER_ERRORS.has(at.errorCode)) return MEMBER_ERRORS.get(at.errorCode);
    at = at.cause;
  }
  return undefined;
}

/** Causes may form a circle. */
const MAX_DEPTH = 10;

function culpritOfAbort({ reason, cause }: TransactionAbortedError, phase: FailedPhase): Culprit {
  switch (reason) {
    case 'timeout': // of the handler, or of a commit that brokers did not answer
      return phase === 'committing' ? 'cluster' : 'message';
    case 'rejected':
    case 'rollback-only':
      return cause === undefined ? 'message' : culpritOf(cause, phase);
    case 'predecessor-failed':
      return 'cluster';
    case 'marked':
      return 'message';
    case 'cancelled':
      return 'closing';
  }
}
