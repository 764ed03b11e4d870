/**
 * Every error code of Kafka 4.3. `retriable` is Kafka's word for it: the exception the Java client makes of the code is a
 * `RetriableException`. A test compares the table with Kafka's own.
 */
export const errorCodes = {
  '-1': { name: 'UNKNOWN_SERVER_ERROR', retriable: false },
  0: { name: 'NONE', retriable: false },
  1: { name: 'OFFSET_OUT_OF_RANGE', retriable: false },
  2: { name: 'CORRUPT_MESSAGE', retriable: true },
  3: { name: 'UNKNOWN_TOPIC_OR_PARTITION', retriable: true },
  4: { name: 'INVALID_FETCH_SIZE', retriable: false },
  5: { name: 'LEADER_NOT_AVAILABLE', retriable: true },
  6: { name: 'NOT_LEADER_OR_FOLLOWER', retriable: true },
  7: { name: 'REQUEST_TIMED_OUT', retriable: true },
  8: { name: 'BROKER_NOT_AVAILABLE', retriable: false },
  9: { name: 'REPLICA_NOT_AVAILABLE', retriable: true },
  10: { name: 'MESSAGE_TOO_LARGE', retriable: false },
  11: { name: 'STALE_CONTROLLER_EPOCH', retriable: false },
  12: { name: 'OFFSET_METADATA_TOO_LARGE', retriable: false },
  13: { name: 'NETWORK_EXCEPTION', retriable: true },
  14: { name: 'COORDINATOR_LOAD_IN_PROGRESS', retriable: true },
  15: { name: 'COORDINATOR_NOT_AVAILABLE', retriable: true },
  16: { name: 'NOT_COORDINATOR', retriable: true },
  17: { name: 'INVALID_TOPIC_EXCEPTION', retriable: false },
  18: { name: 'RECORD_LIST_TOO_LARGE', retriable: false },
  19: { name: 'NOT_ENOUGH_REPLICAS', retriable: true },
  20: { name: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', retriable: true },
  21: { name: 'INVALID_REQUIRED_ACKS', retriable: false },
  22: { name: 'ILLEGAL_GENERATION', retriable: false },
  23: { name: 'INCONSISTENT_GROUP_PROTOCOL', retriable: false },
  24: { name: 'INVALID_GROUP_ID', retriable: false },
  25: { name: 'UNKNOWN_MEMBER_ID', retriable: false },
  26: { name: 'INVALID_SESSION_TIMEOUT', retriable: false },
  27: { name: 'REBALANCE_IN_PROGRESS', retriable: false },
  28: { name: 'INVALID_COMMIT_OFFSET_SIZE', retriable: false },
  29: { name: 'TOPIC_AUTHORIZATION_FAILED', retriable: false },
  30: { name: 'GROUP_AUTHORIZATION_FAILED', retriable: false },
  31: { name: 'CLUSTER_AUTHORIZATION_FAILED', retriable: false },
  32: { name: 'INVALID_TIMESTAMP', retriable: false },
  33: { name: 'UNSUPPORTED_SASL_MECHANISM', retriable: false },
  34: { name: 'ILLEGAL_SASL_STATE', retriable: false },
  35: { name: 'UNSUPPORTED_VERSION', retriable: false },
  36: { name: 'TOPIC_ALREADY_EXISTS', retriable: false },
  37: { name: 'INVALID_PARTITIONS', retriable: false },
  38: { name: 'INVALID_REPLICATION_FACTOR', retriable: false },
  39: { name: 'INVALID_REPLICA_ASSIGNMENT', retriable: false },
  40: { name: 'INVALID_CONFIG', retriable: false },
  41: { name: 'NOT_CONTROLLER', retriable: true },
  42: { name: 'INVALID_REQUEST', retriable: false },
  43: { name: 'UNSUPPORTED_FOR_MESSAGE_FORMAT', retriable: false },
  44: { name: 'POLICY_VIOLATION', retriable: false },
  45: { name: 'OUT_OF_ORDER_SEQUENCE_NUMBER', retriable: false },
  46: { name: 'DUPLICATE_SEQUENCE_NUMBER', retriable: false },
  47: { name: 'INVALID_PRODUCER_EPOCH', retriable: false },
  48: { name: 'INVALID_TXN_STATE', retriable: false },
  49: { name: 'INVALID_PRODUCER_ID_MAPPING', retriable: false },
  50: { name: 'INVALID_TRANSACTION_TIMEOUT', retriable: false },
  51: { name: 'CONCURRENT_TRANSACTIONS', retriable: true },
  52: { name: 'TRANSACTION_COORDINATOR_FENCED', retriable: false },
  53: { name: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', retriable: false },
  54: { name: 'SECURITY_DISABLED', retriable: false },
  55: { name: 'OPERATION_NOT_ATTEMPTED', retriable: false },
  56: { name: 'KAFKA_STORAGE_ERROR', retriable: true },
  57: { name: 'LOG_DIR_NOT_FOUND', retriable: false },
  58: { name: 'SASL_AUTHENTICATION_FAILED', retriable: false },
  59: { name: 'UNKNOWN_PRODUCER_ID', retriable: false },
  60: { name: 'REASSIGNMENT_IN_PROGRESS', retriable: false },
  61: { name: 'DELEGATION_TOKEN_AUTH_DISABLED', retriable: false },
  62: { name: 'DELEGATION_TOKEN_NOT_FOUND', retriable: false },
  63: { name: 'DELEGATION_TOKEN_OWNER_MISMATCH', retriable: false },
  64: { name: 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED', retriable: false },
  65: { name: 'DELEGATION_TOKEN_AUTHORIZATION_FAILED', retriable: false },
  66: { name: 'DELEGATION_TOKEN_EXPIRED', retriable: false },
  67: { name: 'INVALID_PRINCIPAL_TYPE', retriable: false },
  68: { name: 'NON_EMPTY_GROUP', retriable: false },
  69: { name: 'GROUP_ID_NOT_FOUND', retriable: false },
  70: { name: 'FETCH_SESSION_ID_NOT_FOUND', retriable: true },
  71: { name: 'INVALID_FETCH_SESSION_EPOCH', retriable: true },
  72: { name: 'LISTENER_NOT_FOUND', retriable: true },
  73: { name: 'TOPIC_DELETION_DISABLED', retriable: false },
  74: { name: 'FENCED_LEADER_EPOCH', retriable: true },
  75: { name: 'UNKNOWN_LEADER_EPOCH', retriable: true },
  76: { name: 'UNSUPPORTED_COMPRESSION_TYPE', retriable: false },
  77: { name: 'STALE_BROKER_EPOCH', retriable: false },
  78: { name: 'OFFSET_NOT_AVAILABLE', retriable: true },
  79: { name: 'MEMBER_ID_REQUIRED', retriable: false },
  80: { name: 'PREFERRED_LEADER_NOT_AVAILABLE', retriable: true },
  81: { name: 'GROUP_MAX_SIZE_REACHED', retriable: false },
  82: { name: 'FENCED_INSTANCE_ID', retriable: false },
  83: { name: 'ELIGIBLE_LEADERS_NOT_AVAILABLE', retriable: true },
  84: { name: 'ELECTION_NOT_NEEDED', retriable: true },
  85: { name: 'NO_REASSIGNMENT_IN_PROGRESS', retriable: false },
  86: { name: 'GROUP_SUBSCRIBED_TO_TOPIC', retriable: false },
  87: { name: 'INVALID_RECORD', retriable: false },
  88: { name: 'UNSTABLE_OFFSET_COMMIT', retriable: true },
  89: { name: 'THROTTLING_QUOTA_EXCEEDED', retriable: true },
  90: { name: 'PRODUCER_FENCED', retriable: false },
  91: { name: 'RESOURCE_NOT_FOUND', retriable: false },
  92: { name: 'DUPLICATE_RESOURCE', retriable: false },
  93: { name: 'UNACCEPTABLE_CREDENTIAL', retriable: false },
  94: { name: 'INCONSISTENT_VOTER_SET', retriable: false },
  95: { name: 'INVALID_UPDATE_VERSION', retriable: false },
  96: { name: 'FEATURE_UPDATE_FAILED', retriable: false },
  97: { name: 'PRINCIPAL_DESERIALIZATION_FAILURE', retriable: false },
  98: { name: 'SNAPSHOT_NOT_FOUND', retriable: false },
  99: { name: 'POSITION_OUT_OF_RANGE', retriable: false },
  100: { name: 'UNKNOWN_TOPIC_ID', retriable: true },
  101: { name: 'DUPLICATE_BROKER_REGISTRATION', retriable: false },
  102: { name: 'BROKER_ID_NOT_REGISTERED', retriable: false },
  103: { name: 'INCONSISTENT_TOPIC_ID', retriable: true },
  104: { name: 'INCONSISTENT_CLUSTER_ID', retriable: false },
  105: { name: 'TRANSACTIONAL_ID_NOT_FOUND', retriable: false },
  106: { name: 'FETCH_SESSION_TOPIC_ID_ERROR', retriable: true },
  107: { name: 'INELIGIBLE_REPLICA', retriable: false },
  108: { name: 'NEW_LEADER_ELECTED', retriable: false },
  109: { name: 'OFFSET_MOVED_TO_TIERED_STORAGE', retriable: false },
  110: { name: 'FENCED_MEMBER_EPOCH', retriable: false },
  111: { name: 'UNRELEASED_INSTANCE_ID', retriable: false },
  112: { name: 'UNSUPPORTED_ASSIGNOR', retriable: false },
  113: { name: 'STALE_MEMBER_EPOCH', retriable: false },
  114: { name: 'MISMATCHED_ENDPOINT_TYPE', retriable: false },
  115: { name: 'UNSUPPORTED_ENDPOINT_TYPE', retriable: false },
  116: { name: 'UNKNOWN_CONTROLLER_ID', retriable: false },
  117: { name: 'UNKNOWN_SUBSCRIPTION_ID', retriable: false },
  118: { name: 'TELEMETRY_TOO_LARGE', retriable: false },
  119: { name: 'INVALID_REGISTRATION', retriable: false },
  120: { name: 'TRANSACTION_ABORTABLE', retriable: false },
  121: { name: 'INVALID_RECORD_STATE', retriable: false },
  122: { name: 'SHARE_SESSION_NOT_FOUND', retriable: true },
  123: { name: 'INVALID_SHARE_SESSION_EPOCH', retriable: true },
  124: { name: 'FENCED_STATE_EPOCH', retriable: false },
  125: { name: 'INVALID_VOTER_KEY', retriable: false },
  126: { name: 'DUPLICATE_VOTER', retriable: false },
  127: { name: 'VOTER_NOT_FOUND', retriable: false },
  128: { name: 'INVALID_REGULAR_EXPRESSION', retriable: false },
  129: { name: 'REBOOTSTRAP_REQUIRED', retriable: false },
  130: { name: 'STREAMS_INVALID_TOPOLOGY', retriable: false },
  131: { name: 'STREAMS_INVALID_TOPOLOGY_EPOCH', retriable: false },
  132: { name: 'STREAMS_TOPOLOGY_FENCED', retriable: false },
  133: { name: 'SHARE_SESSION_LIMIT_REACHED', retriable: true },
} as const satisfies Readonly<Record<string, { readonly name: string; readonly retriable: boolean }>>;

export type ErrorName = (typeof errorCodes)[keyof typeof errorCodes]['name'];

interface ErrorCodeEntry {
  readonly name: ErrorName;
  readonly retriable: boolean;
}

const byCode: ReadonlyMap<number, ErrorCodeEntry> = new Map(
  Object.entries(errorCodes).map(([code, entry]) => [Number(code), entry]),
);

const byName: ReadonlyMap<ErrorName, number> = new Map([...byCode].map(([code, { name }]) => [name, code]));

/** Kafka's name of the code; `UNRECOGNIZED_ERROR_<code>` for one that is newer than the table. */
export function errorName(code: number): string {
  return byCode.get(code)?.name ?? `UNRECOGNIZED_ERROR_${code}`;
}

export function errorCode(name: ErrorName): number {
  const code = byName.get(name);
  if (code === undefined) throw new RangeError(`Kafka has no error named ${name}`);
  return code;
}

/** False for a code that is newer than the table: nothing is known about what a second attempt would do. */
export function isRetriableError(code: number): boolean {
  return byCode.get(code)?.retriable ?? false;
}
