import { KafkaProducerError } from './kafka-producer.error.js';
import { countOf, linesOf } from './problem-lines.js';

/** Key, value or a header could not be turned into bytes. Nothing of the record was sent. */
export class SerializationError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_SERIALIZATION';
  declare readonly code: typeof SerializationError.code;

  readonly topic: string;
  readonly field: 'key' | 'value' | 'header';

  constructor(context: {
    topic: string;
    field: 'key' | 'value' | 'header';
    reason: string;
    remedy?: string;
    cause?: unknown;
  }) {
    super(
      `The ${context.field} of a record for topic '${context.topic}' cannot be serialised: ${context.reason}`,
      given(context),
    );
    this.topic = context.topic;
    this.field = context.field;
  }
}

/** One thing that is wrong with a payload. */
export interface PayloadProblem {
  /** Where in the payload: `items[0].sku`. Empty for the payload as a whole. */
  readonly path: string;
  /** As the schema says it. */
  readonly message: string;
}

/** Most problems a message shows. */
const SHOWN_PROBLEMS = 20;

/**
 * The payload is not what its contract promises. Nothing of the record was sent. `problems` has all of them; the payload itself is not kept with the error,
 * because it may be personal data.
 */
export class PayloadValidationError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_PAYLOAD_VALIDATION';
  declare readonly code: typeof PayloadValidationError.code;

  /** As it is in Kafka. */
  readonly topic: string;
  readonly problems: readonly PayloadProblem[];

  /** @param context.remedy a sentence, where the payload is not to blame */
  constructor(context: { topic: string; problems: readonly PayloadProblem[]; remedy?: string; cause?: unknown }) {
    const { topic, problems } = context;
    const lines = linesOf(problems, SHOWN_PROBLEMS);
    super(`The payload of a record for topic '${topic}' has ${countOf(problems)}:${lines}`, given(context));
    this.topic = topic;
    this.problems = problems;
  }
}

/** The record is not one Kafka could store: no topic, a partition that is not a number, a header name that is not text. */
export class InvalidRecordError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_INVALID_RECORD';
  declare readonly code: typeof InvalidRecordError.code;

  /** Absent when the record did not name a usable one. */
  readonly topic: string | undefined;

  constructor(context: { topic?: string; reason: string; remedy?: string; cause?: unknown }) {
    const where = context.topic === undefined ? 'A record' : `A record for topic '${context.topic}'`;
    super(`${where} is not valid: ${context.reason}`, given(context));
    this.topic = context.topic;
  }
}

/** Which limit a record exceeded: one of ours, or the topic's as the broker reported it. */
export type SizeLimit = 'maxRequestSizeBytes' | 'bufferMemoryBytes' | 'max.message.bytes';

const LIMIT_REMEDIES: Readonly<Record<SizeLimit, string>> = {
  maxRequestSizeBytes: "producer.maxRequestSizeBytes, and the topic's max.message.bytes with it",
  bufferMemoryBytes: 'producer.bufferMemoryBytes',
  'max.message.bytes': "the topic's max.message.bytes",
};

/** The record alone exceeds a limit. It will fail again until the record or the limit changes. */
export class RecordTooLargeError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_RECORD_TOO_LARGE';
  declare readonly code: typeof RecordTooLargeError.code;

  readonly topic: string;
  /** Serialised, before compression. */
  readonly sizeBytes: number;
  /** Absent when the broker did not tell. */
  readonly limitBytes: number | undefined;
  readonly limit: SizeLimit;

  constructor(context: { topic: string; sizeBytes: number; limitBytes?: number; limit: SizeLimit; cause?: unknown }) {
    const { topic, sizeBytes, limitBytes, limit } = context;
    const bound = limitBytes === undefined ? limit : `${limit} of ${limitBytes} bytes`;
    super(`A record of ${sizeBytes} bytes for topic '${topic}' exceeds ${bound}`, {
      cause: context.cause,
      remedy: `Send a smaller record (a reference to the data instead of the data), or raise ${LIMIT_REMEDIES[limit]}.`,
    });
    this.topic = topic;
    this.sizeBytes = sizeBytes;
    this.limitBytes = limitBytes;
    this.limit = limit;
  }
}

function given({ cause, remedy }: { cause?: unknown; remedy?: string }): { cause?: unknown; remedy?: string } {
  return { cause, ...(remedy !== undefined && { remedy }) };
}
