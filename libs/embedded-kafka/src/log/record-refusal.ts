import type { Acceptance } from './acceptance.js';
import type { FaultyRecord } from './record-scan.js';
import { refusal, type RecordError, type Refusal } from './refusal.js';

/** Kafka names so many of the faulty records in the message about the batch. */
const NAMED_IN_MESSAGE = 3;

/** A batch is refused as a whole because of some of its records; all of them are named (KIP-467). A wrong time outweighs a missing key. */
export function recordRefusal(faulty: readonly FaultyRecord[], to: Acceptance): Refusal {
  const recordErrors = faulty.map((record): RecordError => ({
    batchIndex: record.index,
    batchIndexErrorMessage: describe(record, to),
  }));
  if (faulty.some(({ fault }) => fault !== 'no-key')) {
    const message = 'One or more records have been rejected due to invalid timestamp';
    return { ...refusal('INVALID_TIMESTAMP', message), recordErrors };
  }
  const named = recordErrors
    .slice(0, NAMED_IN_MESSAGE)
    .map((error) => `RecordError(batchIndex=${error.batchIndex}, message='${error.batchIndexErrorMessage}')`);
  const message =
    `One or more records have been rejected due to ${faulty.length} record errors in total, ` +
    `and only showing the first three errors at most: [${named.join(', ')}]`;
  return { ...refusal('INVALID_RECORD', message), recordErrors };
}

function describe({ index, fault, timestamp }: FaultyRecord, { limits, nowMs, place }: Acceptance): string {
  switch (fault) {
    case 'no-key':
      return `Compacted topic cannot accept message without key in topic partition ${place}`;
    case 'timestamp-out-of-range': {
      const range = `[${nowMs - limits.timestampBeforeMaxMs}, ${nowMs + limits.timestampAfterMaxMs}]`;
      return `Timestamp ${timestamp} of message with offset ${index} is out of range. The timestamp should be within ${range}`;
    }
    case 'timestamp-of-broker':
      return `Invalid timestamp type in message with offset ${index}. Producer should not set timestamp type to LogAppendTime.`;
  }
}
