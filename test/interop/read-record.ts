import { createHash } from 'node:crypto';

import type { ApacheKafka } from '../apache-kafka/launcher.mjs';

/** A record as a foreign client read it from the log. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: string;
  readonly timestampMs: number;
  readonly key: ReadBytes;
  readonly value: ReadBytes;
  /** In the order of the log; a name may occur more than once. */
  readonly headers: readonly (readonly [name: string, value: ReadBytes])[];
}

/** Bytes as a string of one character each (latin1), so that null, empty and binary stay apart and a difference can be read. */
export type ReadBytes = string | null;

/** Reads a topic from its beginning until it has seen `recordCount` records. */
export type TopicReader = (kafka: ApacheKafka, topic: string, recordCount: number) => Promise<ReadRecord[]>;

const LONGEST_SHOWN = 1_000;

/** Long content is stood for by its digest: the comparison stays exact, and the report of a difference stays readable. */
export function readBytes(bytes: Uint8Array | string | null | undefined): ReadBytes {
  if (bytes === null || bytes === undefined) return null;
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
  if (buffer.length <= LONGEST_SHOWN) return buffer.toString('latin1');
  return `${buffer.length} bytes, sha256 ${createHash('sha256').update(buffer).digest('hex')}`;
}

/** Names of headers are UTF-8, also where a reader gave one character per byte. */
export function headerName(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
