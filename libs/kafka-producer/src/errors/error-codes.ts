/**
 * Every error of this package, by code: the class's name, whether the same call may succeed later without a change, and what to do.
 *
 * The classes read their name, `retriable` and remedy from here, `docs/reference/errors.md` is generated from here.
 */
export const errorCodes = {
  KAFKA_PRODUCER_INVALID_OPTIONS: {
    name: 'InvalidOptionsError',
    retriable: false,
    remedy: 'Correct all of them where the module is registered.',
  },
  KAFKA_PRODUCER_UNBOUND_METHOD: {
    name: 'UnboundMethodError',
    retriable: false,
    remedy: 'Let Nest construct the class, or call bindKafkaProducer(instance, producer) on an instance made by hand.',
  },
  KAFKA_PRODUCER_INVALID_METHOD: {
    name: 'InvalidMethodError',
    retriable: false,
    remedy: 'Decorate an async instance method.',
  },
  KAFKA_PRODUCER_INVALID_TOPIC: {
    name: 'InvalidTopicError',
    retriable: false,
    remedy: 'Correct the call of defineTopic().',
  },
  KAFKA_PRODUCER_SERIALIZATION: {
    name: 'SerializationError',
    retriable: false,
    remedy: 'Send a value the serializer accepts, or give the topic a serializer for it; only this record failed.',
  },
  KAFKA_PRODUCER_PAYLOAD_VALIDATION: {
    name: 'PayloadValidationError',
    retriable: false,
    remedy: 'Correct the payload, or the schema of its contract; only this record failed.',
  },
  KAFKA_PRODUCER_INVALID_RECORD: {
    name: 'InvalidRecordError',
    retriable: false,
    remedy: 'Correct the record; only this record failed.',
  },
  KAFKA_PRODUCER_RECORD_TOO_LARGE: {
    name: 'RecordTooLargeError',
    retriable: false,
    remedy: 'Send a smaller record (a reference to the data instead of the data), or raise the limit.',
  },
  KAFKA_PRODUCER_UNKNOWN_TOPIC: {
    name: 'UnknownTopicError',
    retriable: false,
    remedy: 'Create the topic, correct its name, or set producer.allowAutoTopicCreation where the brokers allow it.',
  },
  KAFKA_PRODUCER_AUTHORIZATION: {
    name: 'AuthorizationError',
    retriable: false,
    remedy: 'Grant the ACL to the principal this client logs in with.',
  },
  KAFKA_PRODUCER_AUTHENTICATION: {
    name: 'AuthenticationError',
    retriable: false,
    remedy: 'Check client.sasl: the mechanism the listener offers, the user name and the secret.',
  },
  KAFKA_PRODUCER_CLUSTER_UNREACHABLE: {
    name: 'ClusterUnreachableError',
    retriable: true,
    remedy:
      "Check client.brokers and that a broker can be reached from here, raise connectTimeoutMs, or start without a broker: connect: 'background'.",
  },
  KAFKA_PRODUCER_BUFFER_EXHAUSTED: {
    name: 'BufferExhaustedError',
    retriable: true,
    remedy:
      'Nothing was sent: slow down and send it again, or raise producer.bufferMemoryBytes or producer.maxBlockMs.',
  },
  KAFKA_PRODUCER_DELIVERY_TIMEOUT: {
    name: 'DeliveryTimeoutError',
    retriable: true,
    remedy: "Look at `persisted`: after 'no' sending again is safe, after 'possibly' it may duplicate the record.",
  },
  KAFKA_PRODUCER_DELIVERY_REJECTED: {
    name: 'DeliveryRejectedError',
    retriable: false,
    remedy: "Act on the broker's error; look at `persisted` before sending again.",
  },
  KAFKA_PRODUCER_DELIVERY_ABORTED: {
    name: 'DeliveryAbortedError',
    retriable: false,
    remedy: "Look at `persisted` before sending again: after 'possibly' it may duplicate the record.",
  },
  KAFKA_PRODUCER_BATCH_DELIVERY: {
    name: 'BatchDeliveryError',
    retriable: false,
    remedy: 'Look at `results`, one per record in the order given, and send again only what may be sent again.',
  },
  KAFKA_PRODUCER_CLOSED: {
    name: 'ProducerClosedError',
    retriable: false,
    remedy: 'Stop sending once the application shuts down; work that still emits belongs before onApplicationShutdown.',
  },
  KAFKA_PRODUCER_PROPAGATION: {
    name: 'PropagationError',
    retriable: false,
    remedy: 'Correct the call site: the propagation the method asks for does not fit where it is called.',
  },
  KAFKA_PRODUCER_TRANSACTION_ABORTED: {
    name: 'TransactionAbortedError',
    retriable: true,
    remedy: 'Nothing of it was committed: run the whole unit again if the cause allows it.',
  },
  KAFKA_PRODUCER_TRANSACTION_ENDED: {
    name: 'TransactionEndedError',
    retriable: false,
    remedy: 'Await the work inside the unit, or do it under withoutTransaction().',
  },
  KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN: {
    name: 'TransactionOutcomeUnknownError',
    retriable: false,
    remedy: 'Reconcile by a business key; run it again only when its records are not there.',
  },
  KAFKA_PRODUCER_FENCED: {
    name: 'ProducerFencedError',
    retriable: false,
    remedy:
      'Stop the other process, or give each its own transactions.instanceId (or none, then it is random); then restart this one.',
  },
  KAFKA_PRODUCER_POOL_EXHAUSTED: {
    name: 'PoolExhaustedError',
    retriable: true,
    remedy: 'Use fewer or shorter streaming transactions, or raise transactions.maxStreamingProducers.',
  },
} as const satisfies Readonly<Record<`KAFKA_PRODUCER_${string}`, ErrorCodeEntry>>;

export interface ErrorCodeEntry {
  readonly name: string;
  /** The same call may succeed later, unchanged. */
  readonly retriable: boolean;
  readonly remedy: string;
}

export type KafkaProducerErrorCode = keyof typeof errorCodes;
