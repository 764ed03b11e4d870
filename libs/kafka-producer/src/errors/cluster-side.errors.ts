import { KafkaProducerError } from './kafka-producer.error.js';

/** The topic, or the partition the caller named, does not exist. Only its records fail. */
export class UnknownTopicError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_UNKNOWN_TOPIC';
  declare readonly code: typeof UnknownTopicError.code;

  readonly topic: string;
  /** Set when the topic exists and only this partition of it does not. */
  readonly partition: number | undefined;
  readonly partitionCount: number | undefined;

  constructor(context: {
    topic: string;
    partition?: number;
    partitionCount?: number;
    reason?: string;
    cause?: unknown;
  }) {
    const { topic, partition, partitionCount, reason } = context;
    const detail = reason === undefined ? '' : `: ${reason}`;
    if (partition === undefined) {
      super(`Topic '${topic}' does not exist${detail}`, { cause: context.cause });
    } else {
      const known =
        partitionCount === undefined ? '' : `, the topic has ${partitionCount} (0 to ${partitionCount - 1})`;
      super(`Topic '${topic}' has no partition ${partition}${known}${detail}`, {
        cause: context.cause,
        remedy: 'Name a partition that exists, add partitions, or leave the choice to the key or the partitioner.',
      });
    }
    this.topic = topic;
    this.partition = partition;
    this.partitionCount = partitionCount;
  }
}

/** What an ACL is granted on. */
export type AuthorizedResource = 'topic' | 'cluster' | 'transactional id' | 'group';

/** The brokers know who we are and refuse what we ask. */
export class AuthorizationError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_AUTHORIZATION';
  declare readonly code: typeof AuthorizationError.code;

  readonly resource: AuthorizedResource;
  readonly resourceName: string;
  readonly operation: string | undefined;

  constructor(context: { resource: AuthorizedResource; name: string; operation?: string; cause?: unknown }) {
    const { resource, name, operation } = context;
    const what = operation === undefined ? 'refused us' : `refused us ${operation} on`;
    super(`The cluster ${what} ${resource} '${name}'`, {
      cause: context.cause,
      remedy: `Grant ${operation ?? 'the needed operation'} on ${resource} '${name}' to the principal this client logs in with.`,
    });
    this.resource = resource;
    this.resourceName = name;
    this.operation = operation;
  }
}

/** A broker does not accept our credentials. Nothing is retried with them until the next connection attempt. */
export class AuthenticationError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_AUTHENTICATION';
  declare readonly code: typeof AuthenticationError.code;

  readonly mechanism: string;
  readonly broker: string;

  constructor(context: { mechanism: string; broker: string; cause?: unknown }) {
    const reason = context.cause instanceof Error ? `: ${context.cause.message}` : '';
    super(`Broker ${context.broker} refused our credentials (SASL ${context.mechanism})${reason}`, {
      cause: context.cause,
    });
    this.mechanism = context.mechanism;
    this.broker = context.broker;
  }
}

/** With `connect: 'eager'` the application did not start, because no broker could be used. Refused credentials are `AuthenticationError` instead. */
export class ClusterUnreachableError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_CLUSTER_UNREACHABLE';
  declare readonly code: typeof ClusterUnreachableError.code;

  /** Name of the module. */
  readonly producer: string;

  /**
   * @param context.reason without its full stop
   * @param context.remedy a sentence, where waiting longer would not help
   */
  constructor(context: { producer: string; reason: string; remedy?: string; cause?: unknown }) {
    super(`The producer '${context.producer}' could not connect: ${context.reason}`, {
      cause: context.cause,
      ...(context.remedy !== undefined && { remedy: context.remedy }),
    });
    this.producer = context.producer;
  }
}
