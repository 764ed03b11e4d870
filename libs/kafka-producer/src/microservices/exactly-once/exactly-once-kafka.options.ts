import type { KafkaOptions } from '@nestjs/microservices';

import { consumerIdentityTap } from '../../cluster/kafkajs/consumer-identity-tap.js';
import { describeValue } from '../../errors/describe-value.js';
import { InvalidOptionsError, type OptionProblem } from '../../errors/program.errors.js';
import { clientOf } from '../../kafka-producer.client-settings.js';
import type { KafkaProducerService } from '../../kafka-producer.service.js';
import { readRedelivery, type GivenRedelivery, type RedeliveryOptions } from './redelivery.options.js';

/** What Nest's Kafka transport is given. */
export type KafkaTransportOptions = NonNullable<KafkaOptions['options']>;

/** Of Nest's Kafka transport, what means the same here. */
type SharedOption = 'postfixId' | 'parser' | 'serializer' | 'deserializer';

/** Options of `ExactlyOnceKafkaServer`. */
export type ExactlyOnceKafkaOptions = {
  readonly [K in SharedOption]?: KafkaTransportOptions[K] | undefined;
} & {
  /** What the handlers send through, and what commits the offsets of their messages. */
  readonly producer: KafkaProducerService;
  /** As in kafkajs. @defaultValue that of the producer */
  readonly client?: KafkaTransportOptions['client'] | undefined;
  /** As in kafkajs. Nest appends `postfixId` to the `groupId`, which is required here. */
  readonly consumer: NonNullable<KafkaTransportOptions['consumer']>;
  /** As in kafkajs. Without a committed offset a partition is read from its beginning; anything else could lose messages. */
  readonly subscribe?: KafkaTransportOptions['subscribe'] | undefined;
  /** As in kafkajs: `partitionsConsumedConcurrently`. Nothing is committed but by units. */
  readonly run?: KafkaTransportOptions['run'] | undefined;
  /**
   * How many messages of one partition may share a unit. More are faster, and more are handled again when one of them fails.
   *
   * @defaultValue 1
   */
  readonly maxMessagesPerUnit?: number | undefined;
  /** What happens to a message whose handler fails. */
  readonly redelivery?: GivenRedelivery | undefined;
};

/** What the server works with. */
export interface ExactlyOnceSettings {
  /** For Nest's own server. */
  readonly transport: KafkaTransportOptions;
  readonly producer: KafkaProducerService;
  readonly maxMessagesPerUnit: number;
  readonly redelivery: RedeliveryOptions;
}

const MAX_MESSAGES_PER_UNIT = 10_000;

const OWN_COMMITS =
  'leave it out: offsets are committed by the unit that has what the handlers sent, and by nothing else';
const OWN_RUN = 'leave it out: messages go to the handlers of the application';

interface Check {
  readonly path: string;
  /** @returns what is wrong with it, as a clause */
  readonly problemOf: (value: unknown) => string | undefined;
}

const refused = (path: string, remedy: string, isFine: (value: unknown) => boolean = () => false): Check => ({
  path,
  problemOf: (value) =>
    value === undefined || value === null || isFine(value) ? undefined : `is ${describeValue(value)}; ${remedy}`,
});
const not = (harmful: unknown) => (value: unknown) => value !== harmful;

/** What would make it silently not exactly once, or would have no effect. */
const CHECKS: readonly Check[] = [
  {
    path: 'producer',
    problemOf: (value) =>
      typeof (value as Partial<KafkaProducerService> | undefined)?.transaction === 'function'
        ? undefined
        : `must be the KafkaProducerService, got ${describeValue(value)}; have it injected: { inject: [KafkaProducerService], useFactory: (producer) => … }`,
  },
  {
    path: 'consumer.groupId',
    problemOf: (value) =>
      typeof value === 'string' && value !== ''
        ? undefined
        : `must name the consumer group, got ${describeValue(value)}; its committed offsets are what makes a restart exactly once`,
  },
  refused('consumer.readUncommitted', 'leave it out: records of aborted transactions would be handled', not(true)),
  refused(
    'subscribe.fromBeginning',
    'leave it out: a new group that begins at the end loses what comes before its first commit. To skip what is there, reset the offsets of the group once: kafka-consumer-groups --reset-offsets --to-latest',
    not(false),
  ),
  refused('run.autoCommit', OWN_COMMITS, not(true)),
  refused('run.autoCommitInterval', OWN_COMMITS),
  refused('run.autoCommitThreshold', OWN_COMMITS),
  refused('run.eachBatchAutoResolve', 'leave it out: messages that failed would not be fetched again', not(true)),
  refused('run.eachMessage', OWN_RUN),
  refused('run.eachBatch', OWN_RUN),
  refused(
    'send',
    "leave it out: replies are sent by the producer, with the acks of a transaction and the producer's compression",
  ),
  refused('producerOnlyMode', 'leave it out: this is a consumer', not(true)),
  {
    path: 'maxMessagesPerUnit',
    problemOf: (value) =>
      value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_MESSAGES_PER_UNIT)
        ? undefined
        : `must be a whole number from 1 to ${MAX_MESSAGES_PER_UNIT}, got ${describeValue(value)}`,
  },
];

/** @throws InvalidOptionsError with everything that is wrong */
export function exactlyOnceSettings(given: ExactlyOnceKafkaOptions): ExactlyOnceSettings {
  const problems: OptionProblem[] = CHECKS.flatMap(({ path, problemOf }) => {
    const message = problemOf(valueAt(given, path));
    return message === undefined ? [] : [{ path, message }];
  });
  const redelivery = readRedelivery(given?.redelivery, problems);
  const client = given?.client ?? clientOfProducer(given?.producer);
  if (client === undefined) {
    const message =
      'is required: the producer was not made by KafkaProducerModule, and does not know how its brokers are reached';
    problems.push({ path: 'client', message });
  }
  if (problems.length > 0) throw new InvalidOptionsError({ of: 'ExactlyOnceKafkaServer', problems });
  const { producer, maxMessagesPerUnit = 1 } = given;
  return { producer, maxMessagesPerUnit, redelivery, transport: transportOptions(given, client!) };
}

/** @returns nothing to complain about when there is no producer, which is told already */
function clientOfProducer(producer: unknown): object | undefined {
  return typeof producer === 'object' && producer !== null ? clientOf(producer) : {};
}

/** Copies: Nest 11 writes the group id with its postfix into what it is given. */
function transportOptions(
  { consumer, subscribe, run, ...given }: ExactlyOnceKafkaOptions,
  client: object,
): KafkaTransportOptions {
  const partitionAssigners = consumerIdentityTap(consumer.partitionAssigners);
  return {
    ...pickDefined(given, ['postfixId', 'parser', 'serializer', 'deserializer']),
    client: { ...client } as NonNullable<KafkaTransportOptions['client']>,
    consumer: { ...consumer, partitionAssigners } as NonNullable<KafkaTransportOptions['consumer']>,
    subscribe: { ...subscribe, fromBeginning: true },
    run: { ...run, autoCommit: false, eachBatchAutoResolve: false },
  };
}

function pickDefined<T extends object, K extends keyof T>(
  from: T,
  names: readonly K[],
): { [P in K]?: NonNullable<T[P]> } {
  const entries = names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]] as const]));
  return Object.fromEntries(entries) as { [P in K]?: NonNullable<T[P]> };
}

function valueAt(given: unknown, path: string): unknown {
  let value = given;
  for (const name of path.split('.')) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return value;
}
