import { KafkaProducerError } from './kafka-producer.error.js';
import { countOf, linesOf } from './problem-lines.js';

/** One thing that is wrong with the options of a module or with the definition of a topic. */
export interface OptionProblem {
  /** Where, as it is written: `producer.lingerMs`, `client.brokers`. */
  readonly path: string;
  readonly message: string;
}

/** The module, or a consumer of exactly-once handlers, was given options it cannot work with. `problems` has all of them, not only the first. */
export class InvalidOptionsError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_INVALID_OPTIONS';
  declare readonly code: typeof InvalidOptionsError.code;

  readonly problems: readonly OptionProblem[];

  /** @param context.of what was given them, where that is not the module: `exactlyOnce()` */
  constructor(context: {
    problems: readonly OptionProblem[];
    module?: string | undefined;
    of?: string;
    cause?: unknown;
  }) {
    const { problems, module, of, cause } = context;
    const whose = of ?? `KafkaProducerModule${module === undefined ? '' : ` '${module}'`}`;
    super(`${whose} has ${countOf(problems)} in its options:${linesOf(problems)}`, {
      cause,
      ...(of !== undefined && { remedy: 'Correct all of them where it is called.' }),
    });
    this.problems = problems;
  }
}

/** `defineTopic()` was given a definition that could make no record. `problems` has all of them. */
export class InvalidTopicError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_INVALID_TOPIC';
  declare readonly code: typeof InvalidTopicError.code;

  /** Absent when the definition does not name a usable one. */
  readonly topic: string | undefined;
  readonly problems: readonly OptionProblem[];

  /** @param context.remedy a sentence, where the definition itself is right */
  constructor(context: {
    topic?: string | undefined;
    problems: readonly OptionProblem[];
    remedy?: string;
    cause?: unknown;
  }) {
    const { topic, problems, cause, remedy } = context;
    const whose = topic === undefined ? 'a topic' : `topic '${topic}'`;
    super(`The definition of ${whose} has ${countOf(problems)}:${linesOf(problems)}`, {
      cause,
      ...(remedy !== undefined && { remedy }),
    });
    this.topic = topic;
    this.problems = problems;
  }
}

/** What is wrong with one method of one class. */
export interface MethodProblem {
  readonly host: string;
  readonly method: string;
  readonly reason: string;
  readonly remedy?: string | undefined;
  readonly others?: readonly KafkaProducerError[] | undefined;
}

/** A decorated method was called on an instance that no producer is bound to, or the object in its place did not run the method. */
export class UnboundMethodError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_UNBOUND_METHOD';
  declare readonly code: typeof UnboundMethodError.code;

  readonly host: string;
  readonly method: string;

  /** The other problems that were found when the application started; the message has them too. */
  readonly others: readonly KafkaProducerError[];

  /** @param context.remedy a sentence, where this case has a better one than the table */
  constructor(context: MethodProblem) {
    const { host, method, reason, remedy, others = [] } = context;
    super(`${host}.${method}() cannot emit: ${reason}`, { remedy, others });
    this.host = host;
    this.method = method;
    this.others = others;
  }
}

/** A decorator stands on something it cannot wrap. */
export class InvalidMethodError extends KafkaProducerError {
  static override readonly code = 'KAFKA_PRODUCER_INVALID_METHOD';
  declare readonly code: typeof InvalidMethodError.code;

  readonly host: string;
  /** Empty when the decorator stands on the class itself. */
  readonly method: string;

  /** The other problems that were found when the application started; the message has them too. */
  readonly others: readonly KafkaProducerError[];

  /** @param context.remedy a sentence, where this case has a better one than "decorate an async instance method" */
  constructor(context: MethodProblem) {
    const { host, method, reason, remedy, others = [] } = context;
    super(`${method === '' ? host : `${host}.${method}`} cannot be decorated: ${reason}`, { remedy, others });
    this.host = host;
    this.method = method;
    this.others = others;
  }
}
