import type { RecordMetadata } from '../record/record-metadata.js';

/** Learns what became of many records, told apart by `index`. */
export interface RecordSettler {
  acknowledge(index: number, metadata: RecordMetadata): void;
  reject(index: number, error: unknown): void;
}

/**
 * Who is told what became of a record: the two functions of one caller's promise, or a settler and the record's index with it.
 *
 * Always passed as a pair of two arguments, never as an object: one per record would be the largest thing kept of it.
 */
export type Settler = ((metadata: RecordMetadata) => void) | RecordSettler;
/** The second half of the pair, of the same kind as the first. */
export type Rejecter = ((error: unknown) => void) | number;
