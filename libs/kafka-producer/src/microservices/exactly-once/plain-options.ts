import { Transport, type KafkaOptions } from '@nestjs/microservices';

import { describeValue } from '../../errors/describe-value.js';
import { InvalidOptionsError, type OptionProblem } from '../../errors/program.errors.js';
import { readRedelivery, type GivenRedelivery, type RedeliveryOptions } from './redelivery.options.js';

export type PlainTransportOptions = NonNullable<KafkaOptions['options']>;

/** What `exactlyOnce()` is given: what Nest takes, and what happens to messages whose handler fails. */
export interface ExactlyOnceTransportOptions extends KafkaOptions {
  readonly options?: PlainTransportOptions & { readonly redelivery?: GivenRedelivery | undefined };
}

/** Values that would make the consumer silently not exactly once. */
const REFUSED: readonly {
  readonly group?: 'consumer' | 'run' | 'subscribe';
  readonly name: string;
  readonly isWrong: (value: unknown) => boolean;
  readonly message: string;
}[] = [
  {
    name: 'producerOnlyMode',
    isWrong: (value) => value === true,
    message: 'leaves no consumer whose messages could be handled; leave it out',
  },
  {
    group: 'consumer',
    name: 'groupId',
    isWrong: (value) => typeof value !== 'string' || value === '',
    message:
      "must name the group whose offsets are committed: a string that is not empty. Nest appends '-server', or options.postfixId",
  },
  {
    group: 'consumer',
    name: 'readUncommitted',
    isWrong: (value) => value === true,
    message: 'lets handlers see messages of aborted transactions; leave it out',
  },
  {
    group: 'run',
    name: 'autoCommit',
    isWrong: (value) => value !== undefined && value !== false,
    message: 'must be false, or left out: offsets are committed in the units of their messages, and nowhere else',
  },
  ...['autoCommitInterval', 'autoCommitThreshold'].map((name) => ({
    group: 'run' as const,
    name,
    isWrong: isSet,
    message: 'has no effect: every offset is committed in the unit of its message; leave it out',
  })),
  ...['eachMessage', 'eachBatch'].map((name) => ({
    group: 'run' as const,
    name,
    isWrong: isSet,
    message: "would take the place of Nest's handlers; leave it out",
  })),
  {
    group: 'subscribe',
    name: 'fromBeginning',
    isWrong: (value) => value === false,
    message:
      'must be true, or left out: a new group that fails before its first commit would begin behind the messages it has not handled. ' +
      'Commit the offsets a new group is to begin with, by an admin client, where it should not begin at the beginning',
  },
];

/**
 * Finds everything that is wrong before it tells anything.
 *
 * @throws InvalidOptionsError
 */
export function checkedPlainOptions(given: ExactlyOnceTransportOptions): {
  readonly options: PlainTransportOptions;
  readonly redelivery: RedeliveryOptions;
} {
  const { transport, options: whole } = given ?? {};
  const problems: OptionProblem[] = [];
  if (transport !== Transport.KAFKA) {
    problems.push({ path: 'transport', message: `must be Transport.KAFKA, got ${describeValue(transport)}` });
  }
  const { redelivery: givenRedelivery, ...options } = whole ?? {};
  for (const { group, name, isWrong, message } of REFUSED) {
    const from = (group === undefined ? options : options[group]) as Readonly<Record<string, unknown>> | undefined;
    const path = ['options', group, name].filter((part) => part !== undefined).join('.');
    if (isWrong(from?.[name])) problems.push({ path, message });
  }
  const redelivery = readRedelivery(givenRedelivery, problems, 'options.redelivery');
  if (problems.length > 0) throw new InvalidOptionsError({ of: 'exactlyOnce()', problems });
  return { options, redelivery };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
