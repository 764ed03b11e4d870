import type { LogLimits } from './log-limits.js';
import type { PartitionLog } from './partition-log.js';
import { segmentsOf, type Segment } from './segments.js';

const FOREVER = -1;
const UNLIMITED = -1;

/**
 * Where a log should begin by its topic's settings: behind the segments that are too old, then behind those that are too much (Kafka's
 * `UnifiedLog.deleteOldSegments`). Even the active segment goes when it is too old as a whole. Never beyond the high watermark.
 */
export function retainedFrom(log: PartitionLog, limits: LogLimits, nowMs: number): number {
  if (!limits.isDeleting) return log.startOffset;
  const { retentionMs, retentionBytes } = limits;
  let surplusBytes = log.sizeBytes - retentionBytes;
  let retained = log.startOffset;
  let isAboutAge = retentionMs !== FOREVER;
  for (const segment of segmentsOf(log.batches, limits)) {
    const nextOffset = endOf(segment);
    isAboutAge &&= nowMs - segment.maxTimestamp > retentionMs;
    const isSurplus = retentionBytes !== UNLIMITED && surplusBytes >= segment.sizeBytes;
    if (nextOffset > log.highWatermark || (!isAboutAge && !isSurplus)) break;
    surplusBytes -= segment.sizeBytes;
    retained = nextOffset;
  }
  return retained;
}

function endOf({ batches }: Segment): number {
  return (batches.at(-1)?.lastOffset ?? -1) + 1;
}
