import { ByteCursor, MalformedRecordsError } from './byte-cursor.js';

const NO_TIMESTAMP = -1;

/** What a topic asks of every record. */
export interface RecordRules {
  /** Compacted topics are sorted by key: there must be one. */
  readonly needsKeys: boolean;
  /** In milliseconds since the epoch. Undefined: the broker writes its own times and does not look at these. */
  readonly timestamps: { readonly earliest: number; readonly latest: number } | undefined;
}

/** Where the records are, and what their batch says about them. */
export interface ScannedBatch {
  readonly bytes: Buffer;
  /** Of the first record. */
  readonly start: number;
  readonly end: number;
  readonly recordCount: number;
  readonly baseTimestamp: number;
  /** All records have this time, whatever they say; undefined where they have their own. */
  readonly appendTimestamp: number | undefined;
  /** False: the records' own sizes are not held against what they contain, as Kafka's reader for compressed batches does. */
  readonly checksSizes: boolean;
}

export type RecordFault = 'no-key' | 'timestamp-out-of-range' | 'timestamp-of-broker';

export interface FaultyRecord {
  /** Position in the batch, from 0. */
  readonly index: number;
  readonly fault: RecordFault;
  readonly timestamp: number;
}

export interface RecordScan {
  readonly faulty: readonly FaultyRecord[];
  /** Largest time of a record; -1 without one. */
  readonly maxTimestamp: number;
  /** Whether the records count from 0 by one, as they have to in a compressed batch. */
  readonly isInOrder: boolean;
}

const NOTHING_FAULTY: readonly FaultyRecord[] = [];

/**
 * Reads every record of a batch as far as Kafka's `LogValidator` does, without keeping any.
 *
 * @throws MalformedRecordsError when the bytes are not exactly so many records
 */
export function scanRecords(batch: ScannedBatch, rules: RecordRules): RecordScan {
  const { baseTimestamp, appendTimestamp, recordCount } = batch;
  const cursor = new ByteCursor(batch.bytes, batch.start, batch.end);
  let faulty: FaultyRecord[] | undefined;
  let maxTimestamp = NO_TIMESTAMP;
  let isInOrder = true;
  for (let index = 0; index < recordCount; index++) {
    const size = cursor.varint(true);
    if (batch.checksSizes && size > cursor.remaining) throw new MalformedRecordsError('a record is cut short');
    const end = cursor.position + size;
    cursor.byte(); // attributes: none are defined
    const delta = cursor.varlong();
    if (cursor.varint() !== index) isInOrder = false;
    const hasKey = skipContent(cursor);
    if (batch.checksSizes && cursor.position !== end) throw new MalformedRecordsError('a record is not of its size');
    const timestamp = appendTimestamp ?? baseTimestamp + delta;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    const fault = faultOf(hasKey, timestamp, appendTimestamp !== undefined, rules);
    if (fault !== undefined) (faulty ??= []).push({ index, fault, timestamp });
  }
  if (cursor.remaining > 0) throw new MalformedRecordsError('there is more behind the last record');
  return { faulty: faulty ?? NOTHING_FAULTY, maxTimestamp, isInOrder };
}

/** Key, value and headers. Returns whether there is a key. */
function skipContent(cursor: ByteCursor): boolean {
  const keySize = cursor.varint();
  cursor.skip(keySize);
  cursor.skip(cursor.varint());
  const headerCount = cursor.varint();
  if (headerCount < 0) throw new MalformedRecordsError(`there are ${headerCount} headers`);
  for (let at = 0; at < headerCount; at++) {
    const nameSize = cursor.varint();
    if (nameSize < 0) throw new MalformedRecordsError('a header has no name');
    cursor.skip(nameSize);
    cursor.skip(cursor.varint());
  }
  return keySize >= 0;
}

function faultOf(
  hasKey: boolean,
  timestamp: number,
  isOfBroker: boolean,
  { needsKeys, timestamps }: RecordRules,
): RecordFault | undefined {
  if (needsKeys && !hasKey) return 'no-key';
  if (timestamps !== undefined && timestamp !== NO_TIMESTAMP) {
    return timestamp < timestamps.earliest || timestamp > timestamps.latest ? 'timestamp-out-of-range' : undefined;
  }
  return isOfBroker ? 'timestamp-of-broker' : undefined;
}
