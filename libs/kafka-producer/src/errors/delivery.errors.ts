import type { RecordMetadata } from '../record/record-metadata.js';
import { KafkaProducerError } from './kafka-producer.error.js';

/**
 * Whether a failed record can be in the log.
 *
 * `'no'`: proven that it is not, sending it again cannot duplicate it. `'possibly'`: an attempt may have been appended although its
 * acknowledgement never came.
 */
export type Persisted = 'no' | 'possibly';

const PERSISTED_TEXT: Readonly<Record<Persisted, string>> = {
  no: 'the record is not in the log',
  possibly: 'the record may be in the log',
};

/** There was no room in the buffer, or no metadata of the topic, within `maxBlockMs`. Nothing was sent. */
export class BufferExhaustedError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_BUFFER_EXHAUSTED';
  declare readonly code: typeof BufferExhaustedError.code;

  readonly topic: string;
  readonly sizeBytes: number;
  readonly bufferMemoryBytes: number;
  readonly maxBlockMs: number;
  readonly waitedFor: 'memory' | 'metadata';

  constructor(context: {
    topic: string;
    sizeBytes: number;
    bufferMemoryBytes: number;
    maxBlockMs: number;
    waitedFor: 'memory' | 'metadata';
    /** How many records were waiting, this one included. */
    waiting?: number;
    /** The option that limits it. @defaultValue 'producer.bufferMemoryBytes' */
    buffer?: 'producer.bufferMemoryBytes' | 'transactions.maxStagedBytes';
    cause?: unknown;
  }) {
    super(`${exhaustedText(context)}${reasonOf(context.cause)}`, {
      cause: context.cause,
      ...(context.buffer === 'transactions.maxStagedBytes' && {
        remedy: `Nothing was sent: let fewer transactions be open at a time, or raise ${context.buffer} or producer.maxBlockMs.`,
      }),
      ...(context.waitedFor === 'metadata' && {
        remedy: 'Nothing was sent: check client.brokers and that a broker can be reached, then send it again.',
      }),
    });
    this.topic = context.topic;
    this.sizeBytes = context.sizeBytes;
    this.bufferMemoryBytes = context.bufferMemoryBytes;
    this.maxBlockMs = context.maxBlockMs;
    this.waitedFor = context.waitedFor;
  }
}

function exhaustedText(context: ConstructorParameters<typeof BufferExhaustedError>[0]): string {
  const { topic, sizeBytes, bufferMemoryBytes, maxBlockMs, waiting, waitedFor } = context;
  const queue = waiting === undefined ? '' : ` with ${waiting === 1 ? '1 record' : `${waiting} records`} waiting`;
  return waitedFor === 'memory'
    ? `A record of ${sizeBytes} bytes for topic '${topic}' found no room in the ${bufferMemoryBytes} bytes of buffer within maxBlockMs (${maxBlockMs} ms)${queue}`
    : `The partitions of topic '${topic}' were not known within maxBlockMs (${maxBlockMs} ms)${queue}`;
}

/** The record was not acknowledged within `deliveryTimeoutMs`, retries included. */
export class DeliveryTimeoutError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_DELIVERY_TIMEOUT';
  declare readonly code: typeof DeliveryTimeoutError.code;

  readonly topic: string;
  readonly partition: number;
  readonly persisted: Persisted;
  /** Since the record's batch was opened. */
  readonly elapsedMs: number;
  readonly attempts: number;

  constructor(context: {
    topic: string;
    partition: number;
    persisted: Persisted;
    elapsedMs: number;
    attempts: number;
    lastError?: string;
    cause?: unknown;
  }) {
    const { topic, partition, persisted, elapsedMs, attempts, lastError } = context;
    const last = lastError === undefined ? '' : `, the last one failed with: ${lastError}`;
    super(
      `A record for ${topic}[${partition}] was not acknowledged within ${Math.round(elapsedMs)} ms (${attemptsText(attempts)}${last}); ${PERSISTED_TEXT[persisted]}`,
      { cause: context.cause },
    );
    this.topic = topic;
    this.partition = partition;
    this.persisted = persisted;
    this.elapsedMs = elapsedMs;
    this.attempts = attempts;
  }
}

/** A broker refused the record for a reason that waiting does not cure, or refused it more often than `retries` allows. */
export class DeliveryRejectedError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_DELIVERY_REJECTED';
  declare readonly code: typeof DeliveryRejectedError.code;

  readonly topic: string;
  readonly partition: number;
  readonly persisted: Persisted;
  /** Kafka's number and name of the error. */
  readonly errorCode: number;
  readonly errorName: string;
  readonly attempts: number;

  constructor(context: {
    topic: string;
    partition: number;
    persisted: Persisted;
    errorCode: number;
    errorName: string;
    attempts: number;
    brokerMessage?: string;
    cause?: unknown;
  }) {
    const { topic, partition, persisted, errorCode, errorName, attempts, brokerMessage } = context;
    const detail = brokerMessage === undefined ? '' : `: ${brokerMessage}`;
    super(
      `A record for ${topic}[${partition}] was rejected with ${errorName} (${errorCode})${detail} after ${attemptsText(attempts)}; ${PERSISTED_TEXT[persisted]}`,
      { cause: context.cause },
    );
    this.topic = topic;
    this.partition = partition;
    this.persisted = persisted;
    this.errorCode = errorCode;
    this.errorName = errorName;
    this.attempts = attempts;
  }
}

/** The delivery was given up by this side: its signal was aborted, or the producer closed before the acknowledgement came. */
export class DeliveryAbortedError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_DELIVERY_ABORTED';
  declare readonly code: typeof DeliveryAbortedError.code;

  readonly topic: string;
  /** Absent when no partition had been chosen yet. */
  readonly partition: number | undefined;
  readonly persisted: Persisted;

  constructor(context: { topic: string; partition?: number; persisted: Persisted; reason: string; cause?: unknown }) {
    const { topic, partition, persisted, reason } = context;
    const target = partition === undefined ? `topic '${topic}'` : `${topic}[${partition}]`;
    super(`The delivery of a record for ${target} was aborted: ${reason}; ${PERSISTED_TEXT[persisted]}`, {
      cause: context.cause,
    });
    this.topic = topic;
    this.partition = partition;
    this.persisted = persisted;
  }
}

/** Some records of one call failed. The others are acknowledged. */
export class BatchDeliveryError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_BATCH_DELIVERY';
  declare readonly code: typeof BatchDeliveryError.code;

  /** One per record, in the order the records were given. */
  readonly results: readonly PromiseSettledResult<RecordMetadata>[];

  constructor(context: { results: readonly PromiseSettledResult<RecordMetadata>[] }) {
    const reasons = context.results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    const first = reasons[0];
    super(
      `${reasons.length} of ${context.results.length} records were not delivered${first === undefined ? '' : `, the first because: ${textOf(first)}`}`,
      { cause: first },
    );
    this.results = context.results;
  }
}

/** The producer is closing or closed: nothing more is accepted. */
export class ProducerClosedError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_CLOSED';
  declare readonly code: typeof ProducerClosedError.code;

  constructor(context: { state?: string } = {}) {
    super(`The producer is ${context.state ?? 'closed'} and accepts no more records`);
  }
}

function attemptsText(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message.replace(/\.$/, '') : String(reason);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? `: ${textOf(cause)}` : '';
}
