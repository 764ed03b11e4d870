import type { ProducerStats } from '../kafka-producer.service.js';

/** What a health answer says beside its status; every number is the one in `producer.stats()`. */
export interface KafkaProducerHealthDetails {
  /** Name of the module. */
  readonly producer: string;
  /** Why it is not simply up. */
  readonly message?: string;
  readonly brokersConnected: number;
  readonly bufferedRecords: number;
  readonly waitingRecords: number;
  readonly bufferedBytes: number;
  /** Whole milliseconds. */
  readonly oldestUnsentAgeMs: number;
  /** Of the oldest unit that waits for its commit. Whole milliseconds. */
  readonly oldestUncommittedAgeMs: number;
  /** How many partitions the consumers of exactly-once handlers have paused; absent when there is none. */
  readonly pausedPartitions?: number;
}

export interface ProducerHealth {
  readonly status: 'up' | 'degraded' | 'down';
  readonly message?: string;
}

/** Share of the buffer from which on senders are about to wait. */
const NEARLY_FULL = 0.9;

interface HealthRow {
  readonly status: ProducerHealth['status'];
  readonly applies: (stats: ProducerStats, maxUnsentAgeMs: number) => boolean;
  readonly message: (stats: ProducerStats, maxUnsentAgeMs: number) => string;
}

/** The first that applies decides. */
const ROWS: readonly HealthRow[] = [
  {
    status: 'down',
    applies: ({ state }) => state !== 'open',
    message: ({ state }) => `the producer is ${state} and accepts no records`,
  },
  {
    status: 'down',
    applies: ({ oldestUnsentAgeMs }, maxUnsentAgeMs) => oldestUnsentAgeMs > maxUnsentAgeMs,
    message: ({ oldestUnsentAgeMs }, maxUnsentAgeMs) =>
      `a record has not been acknowledged for ${Math.round(oldestUnsentAgeMs)} ms, more than maxUnsentAgeMs (${maxUnsentAgeMs} ms)`,
  },
  {
    status: 'down',
    applies: ({ oldestUncommittedAgeMs }, maxUnsentAgeMs) => oldestUncommittedAgeMs > maxUnsentAgeMs,
    message: ({ oldestUncommittedAgeMs }, maxUnsentAgeMs) =>
      `a unit has not been committed for ${Math.round(oldestUncommittedAgeMs)} ms, more than maxUnsentAgeMs (${maxUnsentAgeMs} ms)`,
  },
  {
    status: 'down',
    applies: ({ pausedPartitions }) => pausedPartitions.length > 0,
    message: ({ pausedPartitions }) => pausedText(pausedPartitions),
  },
  {
    status: 'degraded',
    applies: (stats) => stats.brokersConnected === 0 && unsentRecords(stats) > 0,
    message: (stats) => `no broker is connected and records wait: ${unsentRecords(stats)}`,
  },
  {
    status: 'degraded',
    applies: ({ bufferedBytes, bufferMemoryBytes }) => bufferedBytes >= NEARLY_FULL * bufferMemoryBytes,
    message: ({ bufferedBytes, bufferMemoryBytes }) =>
      `the buffer is nearly full: ${bufferedBytes} of ${bufferMemoryBytes} bytes`,
  },
];

/**
 * What the numbers of a producer say about its health.
 *
 * No connection alone is no illness: there is none before the first record with `connect: 'lazy'`, and brokers close those that are idle.
 */
export function producerHealth(stats: ProducerStats, maxUnsentAgeMs: number): ProducerHealth {
  const row = ROWS.find(({ applies }) => applies(stats, maxUnsentAgeMs));
  return row === undefined ? { status: 'up' } : { status: row.status, message: row.message(stats, maxUnsentAgeMs) };
}

function pausedText(paused: ProducerStats['pausedPartitions']): string {
  const { groupId, topic, partition, offset, attempts } = paused[0]!;
  const others = paused.length === 1 ? '' : `, and ${paused.length - 1} more`;
  return `group '${groupId}' has paused ${topic}[${partition}] at offset ${offset}, which failed ${attempts} times${others}`;
}

function unsentRecords({ bufferedRecords, waitingRecords }: ProducerStats): number {
  return bufferedRecords + waitingRecords;
}
