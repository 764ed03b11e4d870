import { decodeRecordBatchHeaders, decodeRecords, SizedRecord } from 'kafka-wire';

import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { RecordAccumulator } from '../accumulator/record-accumulator.js';
import type { PartitionFlight } from './partition-flight.js';

/**
 * Divides a batch the broker found too large, at its place in the partition's queue.
 *
 * The limit is not known, so it is halved until it fits; a single record that is still too large fails alone. Source: `RecordAccumulator.splitAndReenqueue`.
 * The batch stays on the wire, as far as its partition is concerned, until its parts are there: nothing overtakes them.
 */
export async function splitBatch(
  flight: PartitionFlight,
  batch: ProducerBatch,
  accumulator: RecordAccumulator,
): Promise<void> {
  const header = decodeRecordBatchHeaders(batch.encoded)[0]!;
  const decoded = await decodeRecords(batch.encoded, header, undefined, accumulator.settings.codec);
  if (batch.state === 'done') return; // given up meanwhile
  const records = decoded.map(({ key, value, timestamp, headers }) => new SizedRecord(key, value, timestamp, headers));
  const sizeBytes = records.reduce((sum, record) => sum + record.maxSizeBytes, 0);
  const parts = batch.split(records, sizeBytes / 2);
  accumulator.release(batch);
  for (const part of parts) {
    flight.queue.reinsert(part);
    accumulator.seal(flight.queue, part);
  }
  accumulator.active.add(flight.queue);
}
