import { channel } from 'node:diagnostics_channel';

/** A batch was given up: its records failed with this error, or it is the first of those the broker named. Published whether or not somebody awaits the records. */
export interface DeliveryFailed {
  /** Name of the module. */
  readonly producer: string;
  readonly topic: string;
  readonly partition: number;
  readonly recordCount: number;
  readonly error: Error;
}

/**
 * Something was emitted, was not delivered, and nobody could be told: by a client made by `provideClientKafka()` to whose Observable nobody had subscribed, or
 * with `waitFor: 'scope'` in a request that had failed already or was over. What was in a batch is a `DeliveryFailed` too.
 */
export interface EmitFailed {
  /** Name of the module. */
  readonly producer: string;
  /** As the program names it. */
  readonly topic: string;
  /** As many as the call was to send, sent or not. */
  readonly recordCount: number;
  readonly error: Error;
}

/** A producer was closed with the application. */
export interface ProducerClosed {
  /** Name of the module. */
  readonly producer: string;
  /** Records that were not settled when the shutdown began and were acknowledged before it ended. */
  readonly delivered: number;
  /** Records that `shutdownTimeoutMs` was not enough for. */
  readonly undelivered: number;
  readonly durationMs: number;
}

/** A unit whose outcome had been reported as unknown, now that it is known, or never will be. */
export interface TransactionSettled {
  /** Name of the module. */
  readonly producer: string;
  readonly outcome: 'committed' | 'aborted' | 'unknown';
  /** What its caller was told. */
  readonly error: Error;
}

/** Something failed after a unit had ended, when nobody could be told: a hook, or work that went on after its deadline. */
export interface AfterTransactionFailed {
  /** Name of the module. */
  readonly producer: string;
  readonly where: 'beforeCommit' | 'afterCommit' | 'afterAbort' | 'afterCompletion' | 'work';
  readonly error: unknown;
}

/** Partitions or groups do not answer: the units that touch them are committed apart from all others until they do. */
export interface TransactionsSetApart {
  /** Name of the module. */
  readonly producer: string;
  /** `topic[partition]`, or `offsets of <group>`. */
  readonly waitingFor: readonly string[];
  readonly units: number;
}

/** Names for `diagnostics_channel.subscribe()`, and what is published there. */
export interface KafkaProducerChannels {
  readonly 'nestjs-kafka-producer:delivery-failed': DeliveryFailed;
  readonly 'nestjs-kafka-producer:emit-failed': EmitFailed;
  readonly 'nestjs-kafka-producer:closed': ProducerClosed;
  readonly 'nestjs-kafka-producer:transaction-settled': TransactionSettled;
  readonly 'nestjs-kafka-producer:after-transaction-failed': AfterTransactionFailed;
  readonly 'nestjs-kafka-producer:transactions-set-apart': TransactionsSetApart;
}

/** Costs nothing while nobody subscribes. A subscriber that throws is an uncaught exception of the process, as Node defines it. */
export function publish<C extends keyof KafkaProducerChannels>(name: C, message: KafkaProducerChannels[C]): void {
  channel(name).publish(message);
}
