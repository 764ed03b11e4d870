import { InvalidRecordError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { isPlainObject, type RecordHeaders } from './header-list.js';
import { isThenable, silence } from '../support/thenable.js';
import { describeType } from './value.serializer.js';

/** Kafka's rule for topic names. */
const LEGAL_TOPIC = /^[a-zA-Z0-9._-]{1,249}$/;
const MAX_PARTITION = 2 ** 31 - 1;

/** @throws InvalidRecordError for what is no record at all */
export function assertRecord(record: unknown): asserts record is ProducerRecord {
  if (typeof record === 'object' && record !== null) return;
  const topic: unknown = (record as { topic?: unknown } | null | undefined)?.topic;
  if (typeof record === 'function' && typeof topic === 'string') {
    const remedy = 'Call the contract with a payload, and send the record it returns.';
    throw new InvalidRecordError({ topic, reason: 'it is a contract, not a record made by one', remedy });
  }
  throw new InvalidRecordError({ reason: `it is ${describeType(record)}, not an object with topic and value` });
}

/**
 * Why this cannot be a topic of Kafka; `undefined` when it can.
 *
 * @param as whether it may still be given another name, so that any text will do
 */
export function topicProblem(topic: unknown, as: 'a topic' | 'a name' = 'a topic'): string | undefined {
  if (typeof topic !== 'string') return `its topic is ${describeType(topic)}, not a string`;
  if (topic === '') return 'its topic is an empty string';
  if (as === 'a name' || (LEGAL_TOPIC.test(topic) && topic !== '.' && topic !== '..')) return undefined;
  return `'${topic}' is no legal topic name (1 to 249 letters, digits, '.', '_' and '-')`;
}

/** Where headers came from, as a message about them begins. */
export type HeaderSource = keyof typeof HEADER_GIVERS;

/** What has to be corrected. */
const HEADER_GIVERS = {
  'its headers are': 'Pass',
  'the headers of its contract are': 'Let the contract return',
  'defaultHeaders returned': 'Let defaultHeaders return',
} as const;

/**
 * @param source what a message begins with
 * @throws InvalidRecordError for anything but a plain object: a `Map` would be sent as no header at all, a string as one header per character
 */
export function headersOf(headers: unknown, topic: string, source: HeaderSource): RecordHeaders | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (isPlainObject(headers)) return headers;
  silence(headers);
  const reason = `${source} ${describeType(headers)}, not a plain object of names and values`;
  throw new InvalidRecordError({ topic, reason, remedy: headersRemedy(headers, source) });
}

function headersRemedy(headers: unknown, source: HeaderSource): string {
  const verb = HEADER_GIVERS[source];
  if (isThenable(headers)) {
    return source === 'its headers are' ? 'Await them first.' : `${verb} them at once: it cannot be asynchronous.`;
  }
  if (typeof headers !== 'object') return `${verb} a plain object, such as { name: 'value' }.`;
  return `${verb} ${Symbol.iterator in headers! ? 'Object.fromEntries(headers)' : '{ ...headers }'}.`;
}

/** @throws InvalidRecordError for anything but a partition id; whether the topic has it is seen later */
export function partitionOf(record: ProducerRecord, topic: string): number | undefined {
  const partition = record.partition ?? undefined;
  if (partition === undefined) return undefined;
  if (Number.isInteger(partition) && partition >= 0 && partition <= MAX_PARTITION) return partition;
  silence(partition);
  throw new InvalidRecordError({ topic, reason: `its partition is ${String(partition)}, not an integer of 0 or more` });
}

/** @param callAtMs of a record that names none. @throws InvalidRecordError for anything but a moment at or after the epoch in whole milliseconds */
export function timestampOf(record: ProducerRecord, topic: string, callAtMs: number): number {
  const given = record.timestamp ?? undefined;
  if (given === undefined) return callAtMs;
  const timestampMs = given instanceof Date ? given.getTime() : given;
  if (Number.isSafeInteger(timestampMs) && timestampMs >= 0) return timestampMs;
  throw new InvalidRecordError({
    topic,
    reason: `its timestamp is ${String(given)}, neither whole milliseconds since the epoch nor a valid Date`,
  });
}
