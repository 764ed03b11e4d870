import { BufferExhaustedError } from '../errors/delivery.errors.js';
import { SerializationError } from '../errors/record.errors.js';
import type { LateRecord } from '../serialization/late-record.js';
import type { SerializationContext } from '../serialization/serializer.js';
import type { LineContext } from './line-context.js';
import type { BlockedBy, WaitingRecord } from './waiting-record.js';

/** How a line stood when records of it became overdue. */
export interface StandingLine {
  readonly topic: string;
  readonly blockedBy: BlockedBy;
  /** The first of it, while that is not ready. */
  readonly head: LateRecord | undefined;
  /** Records, overdue or not. */
  readonly waiting: number;
  /** Why metadata could not be had. */
  readonly loadError: unknown;
}

/** Why a record is refused that has waited for `maxBlockMs`. */
export function overdueError(record: WaitingRecord, line: StandingLine, context: LineContext): Error {
  const { topic, blockedBy, waiting } = line;
  const { maxBlockMs, memory } = context;
  if (record.late !== undefined) return slowRecord(record.late, maxBlockMs);
  if (blockedBy === 'serializer') return slowPredecessor(line, maxBlockMs);
  return new BufferExhaustedError({
    topic,
    sizeBytes: record.serialized?.sized.maxSizeBytes ?? 0,
    bufferMemoryBytes: memory.totalBytes,
    maxBlockMs,
    waitedFor: blockedBy,
    waiting,
    cause: blockedBy === 'metadata' ? line.loadError : undefined,
  });
}

/** Its validation or a serializer has not finished within `maxBlockMs`. */
export function slowRecord(late: LateRecord, maxBlockMs: number): SerializationError {
  return slow(late.topic, late.unfinishedField, late.work, maxBlockMs);
}

function slowPredecessor({ topic, head }: StandingLine, maxBlockMs: number): SerializationError {
  const whose = `the ${head?.work === 'its validation' ? 'validation' : 'serializer'} of a record before it`;
  return slow(topic, head?.unfinishedField ?? 'value', whose, maxBlockMs);
}

function slow(
  topic: string,
  field: SerializationContext['field'],
  whose: string,
  maxBlockMs: number,
): SerializationError {
  const reason = `${whose} did not finish within maxBlockMs (${maxBlockMs} ms)`;
  const remedy = 'Nothing was sent: find out why it takes so long, or raise producer.maxBlockMs.';
  return new SerializationError({ topic, field, reason, remedy });
}
