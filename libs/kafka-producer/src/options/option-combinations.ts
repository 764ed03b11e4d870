import type { OptionProblem } from '../errors/program.errors.js';
import type { Given } from './module.options.js';
import type { ProducerOptions } from './producer.options.js';

/** Values that are right alone and wrong together; the first named is the one to blame. Looked at only when each of them is right alone. */
const COMBINATIONS: readonly {
  readonly of: readonly (keyof ProducerOptions)[];
  readonly isBroken: (options: ProducerOptions) => boolean;
  readonly message: (options: ProducerOptions) => string;
}[] = [
  {
    of: ['deliveryTimeoutMs', 'lingerMs', 'requestTimeoutMs'],
    isBroken: (o) => o.deliveryTimeoutMs < o.lingerMs + o.requestTimeoutMs,
    message: (o) =>
      `must be at least lingerMs + requestTimeoutMs (${o.lingerMs} + ${o.requestTimeoutMs}), got ${o.deliveryTimeoutMs}`,
  },
  {
    of: ['batchSizeBytes', 'bufferMemoryBytes'],
    isBroken: (o) => o.batchSizeBytes > o.bufferMemoryBytes,
    message: (o) => `must not be more than bufferMemoryBytes (${o.bufferMemoryBytes}), got ${o.batchSizeBytes}`,
  },
  {
    of: ['retryBackoffMaxMs', 'retryBackoffMs'],
    isBroken: (o) => o.retryBackoffMaxMs < o.retryBackoffMs,
    message: (o) => `must be at least retryBackoffMs (${o.retryBackoffMs}), got ${o.retryBackoffMaxMs}`,
  },
];

/** Without these brokers cannot recognise a repeated batch. */
const IDEMPOTENCE_NEEDS: readonly {
  readonly of: keyof ProducerOptions;
  readonly isBroken: (options: ProducerOptions) => boolean;
  readonly text: (options: ProducerOptions) => string;
}[] = [
  { of: 'acks', isBroken: (o) => o.acks !== 'all', text: (o) => `acks: 'all', got ${o.acks}` },
  { of: 'retries', isBroken: (o) => o.retries === 0, text: () => 'retries above 0, got 0' },
  {
    of: 'maxInFlightRequestsPerConnection',
    isBroken: (o) => o.maxInFlightRequestsPerConnection > 5,
    text: (o) => `maxInFlightRequestsPerConnection up to 5, got ${o.maxInFlightRequestsPerConnection}`,
  },
];

/** Producer options that go together: `-1` is `'all'`, and idempotence says what is done. */
export type CombinedProducerOptions = Readonly<Omit<ProducerOptions, 'acks'> & { acks: 'all' | 0 | 1 }>;

/**
 * Settles what depends on more than one option.
 *
 * A default gives way to what was asked for: a batch that nobody sized fits the buffer, and idempotence nobody asked for is given up, with a warning.
 * Two explicit values that contradict each other are a problem.
 *
 * @param wrongAlone paths of options that are wrong by themselves; nothing is said about their combinations
 */
export function combine(
  own: ProducerOptions,
  given: Given<ProducerOptions>,
  wrongAlone: ReadonlySet<string>,
  problems: OptionProblem[],
): { producer: CombinedProducerOptions; warnings: readonly string[] } {
  const isRight = (...names: readonly (keyof ProducerOptions)[]): boolean =>
    !names.some((name) => wrongAlone.has(`producer.${name}`));
  const options: ProducerOptions = Object.assign({}, own, {
    acks: own.acks === -1 ? 'all' : own.acks,
    ...(given.batchSizeBytes === undefined &&
      isRight('bufferMemoryBytes') && { batchSizeBytes: Math.min(own.batchSizeBytes, own.bufferMemoryBytes) }),
  });
  for (const row of COMBINATIONS) {
    if (isRight(...row.of) && row.isBroken(options)) {
      problems.push({ path: `producer.${row.of[0]}`, message: row.message(options) });
    }
  }
  const missing = options.enableIdempotence
    ? IDEMPOTENCE_NEEDS.filter((need) => isRight(need.of) && need.isBroken(options)).map((need) => need.text(options))
    : [];
  const isAsked = given.enableIdempotence === true;
  if (isAsked) {
    problems.push(...missing.map((text) => ({ path: IDEMPOTENCE, message: `is true, which needs ${text}` })));
  }
  const enableIdempotence = options.enableIdempotence && missing.length === 0;
  const producer = Object.freeze(Object.assign({}, options, { enableIdempotence })) as CombinedProducerOptions;
  return { producer, warnings: missing.length === 0 || isAsked ? [] : [idempotenceIsOff(missing)] };
}

const IDEMPOTENCE = 'producer.enableIdempotence';

function idempotenceIsOff(missing: readonly string[]): string {
  return `Idempotence is off, because it needs ${missing.join(' and ')}: retries may duplicate and reorder records. Set ${IDEMPOTENCE}: false if that is meant.`;
}
