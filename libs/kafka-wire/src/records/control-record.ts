import { ByteReader } from '../primitives/byte-reader.js';
import { WireError } from '../primitives/wire-error.js';
import type { DecodedRecord } from './decode-records.js';

/** The one record of a control batch: how a transaction ended. Source: Kafka's `ControlRecordType` and `EndTransactionMarker`. */
export interface ControlRecord {
  readonly type: 'abort' | 'commit';
  /** Epoch of the transaction coordinator that wrote it: an older one than last seen is a zombie's. */
  readonly coordinatorEpoch: number;
}

const VERSION = 0;
const TYPES = ['abort', 'commit'] as const;

/** Undefined for a control record of another type; readers skip those. @throws WireError when key or value is cut short */
export function decodeControlRecord(record: Pick<DecodedRecord, 'key' | 'value'>): ControlRecord | undefined {
  if (record.key === null || record.value === null)
    throw new WireError({ reason: 'a control record without key or value' });
  const key = new ByteReader(record.key);
  key.skip(2); // version: later ones only add fields
  const type = TYPES[key.int16()];
  if (type === undefined) return undefined;
  const value = new ByteReader(record.value);
  value.skip(2);
  return { type, coordinatorEpoch: value.int32() };
}

export function encodeControlRecord({ type, coordinatorEpoch }: ControlRecord): { key: Buffer; value: Buffer } {
  const key = Buffer.alloc(4);
  key.writeInt16BE(VERSION, 0);
  key.writeInt16BE(TYPES.indexOf(type), 2);
  const value = Buffer.alloc(6);
  value.writeInt16BE(VERSION, 0);
  value.writeInt32BE(coordinatorEpoch, 2);
  return { key, value };
}
