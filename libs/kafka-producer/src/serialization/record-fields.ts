import { InvalidRecordError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { Clock } from '../support/clock.js';
import { describeType } from './value.serializer.js';

/** Kafka's rule for topic names. */
const LEGAL_TOPIC = /^[a-zA-Z0-9._-]{1,249}$/;
const MAX_PARTITION = 2 ** 31 - 1;

/** Why this cannot be a topic of Kafka; `undefined` when it can. */
export function topicProblem(topic: unknown): string | undefined {
  if (typeof topic !== 'string') return `its topic is ${describeType(topic)}, not a string`;
  if (topic === '') return 'its topic is an empty string';
  if (LEGAL_TOPIC.test(topic) && topic !== '.' && topic !== '..') return undefined;
  return `'${topic}' is no legal topic name (1 to 249 letters, digits, '.', '_' and '-')`;
}

/** @throws InvalidRecordError for anything but a partition id; whether the topic has it is seen later */
export function partitionOf(record: ProducerRecord, topic: string): number | undefined {
  const partition = record.partition ?? undefined;
  if (partition === undefined) return undefined;
  if (Number.isInteger(partition) && partition >= 0 && partition <= MAX_PARTITION) return partition;
  throw new InvalidRecordError({ topic, reason: `its partition is ${String(partition)}, not an integer of 0 or more` });
}

/** @throws InvalidRecordError for anything but a moment at or after the epoch in whole milliseconds */
export function timestampOf(record: ProducerRecord, topic: string, clock: Clock): number {
  const given = record.timestamp ?? undefined;
  if (given === undefined) return clock.wallTime();
  const timestampMs = given instanceof Date ? given.getTime() : given;
  if (Number.isSafeInteger(timestampMs) && timestampMs >= 0) return timestampMs;
  throw new InvalidRecordError({
    topic,
    reason: `its timestamp is ${String(given)}, neither whole milliseconds since the epoch nor a valid Date`,
  });
}
