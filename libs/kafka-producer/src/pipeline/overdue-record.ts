import { BufferExhaustedError } from '../errors/delivery.errors.js';
import { SerializationError } from '../errors/record.errors.js';
import type { SerializationContext } from '../serialization/serializer.js';
import type { LineContext } from './line-context.js';
import type { BlockedBy, WaitingRecord } from './waiting-record.js';

/** How a line stood when records of it became overdue. */
export interface StandingLine {
  readonly topic: string;
  readonly blockedBy: BlockedBy;
  /** What its head is being serialised for. */
  readonly unfinishedField: SerializationContext['field'] | undefined;
  /** Records, overdue or not. */
  readonly waiting: number;
  /** Why metadata could not be had. */
  readonly loadError: unknown;
}

/** Why a record is refused that has waited for `maxBlockMs`. */
export function overdueError(record: WaitingRecord, line: StandingLine, context: LineContext): Error {
  const { topic, blockedBy, waiting } = line;
  const { maxBlockMs, memory } = context;
  if (record.late !== undefined) return slowSerializer(topic, record.late.unfinishedField, maxBlockMs);
  if (blockedBy === 'serializer') {
    return slowSerializer(topic, line.unfinishedField ?? 'value', maxBlockMs, 'the serializer of a record before it');
  }
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

/** A serializer that has not finished a field within `maxBlockMs`. */
export function slowSerializer(
  topic: string,
  field: SerializationContext['field'],
  maxBlockMs: number,
  whose = 'its serializer',
): SerializationError {
  const reason = `${whose} did not finish within maxBlockMs (${maxBlockMs} ms)`;
  const remedy = 'Nothing was sent: find out why the serializer takes so long, or raise producer.maxBlockMs.';
  return new SerializationError({ topic, field, reason, remedy });
}
