import type { ProducerStats } from 'nestjs-kafka-producer';

const HELD = ['bufferedRecords', 'bufferedBytes', 'waitingRecords', 'inFlightRequests', 'inFlightBatches'] as const;

/** What a producer still holds although everything it was given is settled: must be nothing. */
export function leftBehind(stats: ProducerStats): string[] {
  return HELD.flatMap((name) => (stats[name] === 0 ? [] : [`${name} ${stats[name]}`]));
}
