import type { OptionProblem } from '../../errors/program.errors.js';
import { nearestName } from '../../options/nearest-name.js';
import { Count, Milliseconds, OptionalText } from '../../options/option-rules.js';
import { readOptions } from '../../options/read-options.js';

/** What happens to a message whose handler failed: `redelivery` of an exactly-once consumer. */
export class RedeliveryOptions {
  /**
   * How long a message waits before it is handled again. Doubles with every failure, ±20 %.
   *
   * Unit: milliseconds. Messages behind it in its partition wait too, so that their order is kept; those of other partitions do not.
   *
   * @defaultValue 200
   */
  @Milliseconds(1)
  readonly backoffMs: number = 200;

  /**
   * The longest of these waits.
   *
   * Unit: milliseconds, at least `backoffMs`.
   *
   * @defaultValue 10000
   */
  @Milliseconds(1)
  readonly backoffMaxMs: number = 10_000;

  /**
   * How often a message may fail; after that it goes to `deadLetterTopic`, or its partition is paused.
   *
   * Counted in memory for the message at the front of its partition, from 1: a restart, and a rebalance that gives the partition to another member, begin anew.
   * Failures of the cluster do not count.
   *
   * @defaultValue 10
   */
  @Count(1)
  readonly maxAttempts: number = 10;

  /**
   * Where a message goes that failed `maxAttempts` times, as the program names the topic: with its own key, value and headers, and headers that say where it
   * came from and why. It and its offset are committed together.
   *
   * Without one nothing is skipped: the partition is paused, and the health of the producer goes down until the application is restarted.
   *
   * @defaultValue undefined
   */
  @OptionalText()
  readonly deadLetterTopic: string | undefined = undefined;
}

/** As the caller writes them: each may be left out or be `undefined`, which means its default. */
export type GivenRedelivery = { readonly [K in keyof RedeliveryOptions]?: RedeliveryOptions[K] | undefined };

/**
 * Reads `redelivery`.
 *
 * @param problems are added to, never thrown
 * @param path where it stands in what the user wrote
 */
export function readRedelivery(given: unknown, problems: OptionProblem[], path = 'redelivery'): RedeliveryOptions {
  const names = Object.keys(new RedeliveryOptions());
  const found: OptionProblem[] = [];
  const options = readOptions(new RedeliveryOptions(), given, found, {
    path,
    unknown: (name) => {
      const near = nearestName(name, names);
      return near === undefined
        ? `is not an option (known: ${names.join(', ')})`
        : `is not an option; did you mean '${path}.${near}'?`;
    },
  });
  const isWrong = (name: keyof RedeliveryOptions): boolean =>
    found.some((problem) => problem.path === `${path}.${name}`);
  if (!isWrong('backoffMs') && !isWrong('backoffMaxMs') && options.backoffMaxMs < options.backoffMs) {
    const message = `must be at least backoffMs (${options.backoffMs}), got ${options.backoffMaxMs}`;
    found.push({ path: `${path}.backoffMaxMs`, message });
  }
  problems.push(...found);
  return Object.freeze(Object.assign({}, options));
}
