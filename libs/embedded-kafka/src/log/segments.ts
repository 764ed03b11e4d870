import type { LogLimits } from './log-limits.js';
import type { StoredBatch } from './stored-batch.js';

/** Batches that Kafka keeps in one file: what is deleted together, and only as a whole. */
export interface Segment {
  readonly batches: readonly StoredBatch[];
  readonly sizeBytes: number;
  /** Largest time of a record; -1 without one. */
  readonly maxTimestamp: number;
}

/**
 * Cuts a log where Kafka would have begun a new file: when a batch does not fit any more, or is so much younger than the first one. The last
 * segment is the active one.
 *
 * Cut when looked at and not when written, so that settings that change count for the whole log.
 */
export function segmentsOf(batches: readonly StoredBatch[], limits: LogLimits): Segment[] {
  const segments: Segment[] = [];
  let current: StoredBatch[] = [];
  let sizeBytes = 0;
  const close = () => {
    if (current.length === 0) return;
    const maxTimestamp = current.reduce((max, { header }) => Math.max(max, header.maxTimestamp), -1);
    segments.push({ batches: current, sizeBytes, maxTimestamp });
    current = [];
    sizeBytes = 0;
  };
  for (const batch of batches) {
    const [first] = current;
    const isFull = sizeBytes + batch.bytes.length > limits.segmentBytes;
    const isOld = first !== undefined && batch.header.maxTimestamp - first.header.maxTimestamp > limits.segmentMs;
    if (isFull || isOld) close();
    current.push(batch);
    sizeBytes += batch.bytes.length;
  }
  close();
  return segments;
}
