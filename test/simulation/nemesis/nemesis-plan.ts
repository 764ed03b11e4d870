import { Random } from 'embedded-kafka';

import type { ProducerOptions } from '../../../libs/kafka-producer/src/options/producer.options.js';

/**
 * What may happen in a run.
 *
 * `any`: everything from which a producer can recover without a guess. `expiry`: brokers forget producers, too; one trouble at a time, and only when
 * nothing is under way: whatever is repeated after that cannot be recognised. `recreation`: the topic is deleted and made again, with all that is in it.
 */
export type Mix = 'any' | 'expiry' | 'recreation';

/** Everything that a seed decides before the run starts. */
export interface NemesisPlan {
  readonly seed: number;
  readonly mix: Mix;
  readonly partitions: number;
  readonly minInSync: number;
  readonly latencyMs: readonly [number, number];
  readonly producer: Pick<ProducerOptions, 'deliveryTimeoutMs' | 'maxBlockMs' | 'requestTimeoutMs'> &
    Partial<ProducerOptions>;
  /** How many tasks send at the same time. */
  readonly callers: number;
  readonly recordsEach: number;
  readonly maxValueBytes: number;
  /** How often each way of sending is chosen, relative to the others. */
  readonly keys: 'keyed' | 'keyless' | 'mixed';
  /** How many troubles at a time. */
  readonly lanes: number;
  readonly troubleMs: number;
  /** The first requests are refused: by brokers that know nothing of the producer yet. */
  readonly isRefusedAtFirst: boolean;
  /** How long `close()` may take; it is called while records are under way when it comes early. */
  readonly closing: { readonly isEarly: boolean; readonly timeoutMs: number };
}

/** Seeds of the two mixes that are not for every run. */
const EXPIRY_EVERY = 8;
const RECREATION_EVERY = 11;

export function nemesisPlan(seed: number): NemesisPlan {
  const random = new Random(seed * 7_919 + 1);
  const mix = seed % RECREATION_EVERY === 5 ? 'recreation' : seed % EXPIRY_EVERY === 3 ? 'expiry' : 'any';
  const callers = random.integer(1, 4);
  return {
    seed,
    mix,
    partitions: random.pick([1, 2, 3, 3, 6, 12]),
    minInSync: random.pick([1, 2, 2]),
    latencyMs: random.pick([
      [0.1, 2],
      [0.1, 20],
      [5, 60],
    ] as const),
    producer: settings(random),
    callers,
    recordsEach: Math.ceil(random.pick([40, 100, 250]) / callers),
    maxValueBytes: random.pick([20, 20, 300, 2_000]),
    keys: random.pick(['keyed', 'keyless', 'mixed']),
    lanes: mix === 'expiry' ? 1 : random.integer(1, 4),
    troubleMs: random.pick([2_000, 4_000, 8_000]),
    isRefusedAtFirst: random.chance(0.4),
    closing: { isEarly: random.chance(0.15), timeoutMs: random.pick([0, 200, 2_000, 30_000]) },
  };
}

function settings(random: Random): NemesisPlan['producer'] {
  const requestTimeoutMs = random.pick([300, 1_000, 3_000]);
  const lingerMs = random.pick([0, 0, 5, 50]);
  const bufferMemoryBytes = random.pick([4_000, 20_000, 33_554_432]);
  const isPatient = random.chance(0.5);
  return {
    acks: 'all',
    enableIdempotence: true,
    requestTimeoutMs,
    lingerMs,
    deliveryTimeoutMs: isPatient ? 120_000 : requestTimeoutMs + lingerMs + random.pick([0, 500, 2_000]),
    maxBlockMs: random.pick([500, 5_000, 60_000]),
    bufferMemoryBytes,
    batchSizeBytes: Math.min(bufferMemoryBytes, random.pick([0, 0, 200, 1_000, 6_000, 16_384])),
    maxRequestSizeBytes: random.pick([3_000, 1_048_576]),
    maxInFlightRequestsPerConnection: random.pick([1, 2, 3, 4, 5, 5, 5]),
    retries: random.chance(0.75) ? 2_147_483_647 : random.integer(1, 2),
    retryBackoffMs: random.pick([0, 20, 100]),
    compressionType: random.pick(['none', 'none', 'gzip']),
    partitioner: random.pick(['sticky', 'round-robin']),
    metadataMaxAgeMs: random.pick([500, 300_000]),
  };
}
