import type { Partition } from '../cluster/partition.js';
import type { AbortedTransaction } from './partition-transactions.js';

/** Kafka's `log.index.interval.bytes`: how far apart the entries of an offset index are. */
const INDEX_INTERVAL_BYTES = 4096;

/**
 * The aborted transactions a fetch response names, for a reader to leave their records out.
 *
 * Kafka looks up where the fetched bytes end in the sparse index of the segment: the list may also name transactions that begin somewhat behind
 * the last batch of the response.
 *
 * @param fetchedBytes of the response
 */
export function abortedIn(
  partition: Partition,
  fetchOffset: number,
  fetchedBytes: number,
): readonly AbortedTransaction[] {
  const { transactions } = partition.producers;
  if (fetchOffset >= partition.lastStableOffset || !transactions.hasAbortedSince(fetchOffset)) return [];
  return transactions.abortedBetween(fetchOffset, upperBound(partition, fetchOffset, fetchedBytes));
}

function upperBound({ log }: Partition, fetchOffset: number, fetchedBytes: number): number {
  let position = 0;
  let sinceEntry = 0;
  let endPosition = Infinity;
  for (const { bytes, lastOffset } of log.batches) {
    const isEntry = sinceEntry > INDEX_INTERVAL_BYTES;
    if (endPosition === Infinity && lastOffset >= fetchOffset) endPosition = position + fetchedBytes;
    if (isEntry && position >= endPosition) return lastOffset;
    sinceEntry = (isEntry ? 0 : sinceEntry) + bytes.length;
    position += bytes.length;
  }
  return log.endOffset;
}
