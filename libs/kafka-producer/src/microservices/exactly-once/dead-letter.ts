import type { KafkaProducerService } from '../../kafka-producer.service.js';
import type { HeaderValue, ProducerRecord } from '../../record/producer-record.js';
import { ENCODED, OWN_SERIALIZER, type OwnSerializer } from '../../serialization/own-serializer.js';
import type { FailedMessage } from './redelivery.js';

/** A message as kafkajs gives it, before Nest's parser: bytes as they are in the log. */
export interface ConsumedMessage {
  readonly key?: Buffer | null | undefined;
  readonly value: Buffer | null;
  readonly offset: string;
  /** Milliseconds since the epoch, decimal. */
  readonly timestamp?: string | undefined;
  readonly headers?:
    Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | null | undefined>> | undefined;
}

/** Where a message came from and why it was put away. */
export interface DeadLetterReason extends Pick<FailedMessage, 'topic' | 'partition'> {
  readonly groupId: string;
  readonly attempts: number;
  readonly error: unknown;
}

/**
 * The headers of a dead-letter record beside the message's own; all values are text.
 *
 * A message that was put away, brought back and put away again has each of them more than once, the newest last, as with Spring's and Kafka Connect's.
 */
export const DEAD_LETTER_HEADERS = {
  topic: 'dead-letter-original-topic',
  partition: 'dead-letter-original-partition',
  offset: 'dead-letter-original-offset',
  timestamp: 'dead-letter-original-timestamp',
  group: 'dead-letter-consumer-group',
  attempts: 'dead-letter-attempts',
  errorName: 'dead-letter-error-name',
  errorMessage: 'dead-letter-error-message',
} as const;

/** Longer messages are cut: the record has to fit where the message did. */
const MAX_ERROR_MESSAGE_CHARS = 1_000;

/**
 * The record for the dead-letter topic: key, value and headers of the message byte for byte, and why it is there.
 *
 * Its partition is chosen by its key, as that of every record, so messages of one key stay together whatever the number of partitions. Its timestamp is the
 * moment it is sent: an old one would let the retention of the topic delete it at once.
 */
export function deadLetterRecord(
  deadLetterTopic: string,
  message: ConsumedMessage,
  { topic, partition, groupId, attempts, error }: DeadLetterReason,
): ProducerRecord & OwnSerializer {
  const names = DEAD_LETTER_HEADERS;
  const why: [string, string][] = [
    [names.topic, topic],
    [names.partition, String(partition)],
    [names.offset, message.offset],
    ...(message.timestamp === undefined ? [] : [[names.timestamp, message.timestamp] as [string, string]]),
    [names.group, groupId],
    [names.attempts, String(attempts)],
    [names.errorName, error instanceof Error ? error.name : typeof error],
    [names.errorMessage, cut(error instanceof Error ? error.message : String(error))],
  ];
  return {
    topic: deadLetterTopic,
    key: message.key ?? null,
    value: message.value,
    headers: merged(message.headers ?? {}, why),
    [OWN_SERIALIZER]: ENCODED,
  };
}

type Transaction = Parameters<Parameters<KafkaProducerService['transaction']>[0]>[0];

/**
 * Commits the offset behind a message, and records in the place of what its handler would have sent, or neither.
 *
 * @param consumed for the member that fetched the message
 * @throws what `transaction()` throws; `Redelivery.deadLetterFailed()` knows what to do
 */
export async function commitInstead(
  producer: Pick<KafkaProducerService, 'transaction'>,
  records: readonly ProducerRecord[],
  consumed: Parameters<Transaction['sendOffsets']>[0],
): Promise<void> {
  await producer.transaction(
    async (tx) => {
      for (const record of records) await tx.send(record);
      await tx.sendOffsets(consumed);
    },
    { propagation: 'requires-new' },
  );
}

function merged(
  own: NonNullable<ConsumedMessage['headers']>,
  why: readonly [string, string][],
): ProducerRecord['headers'] {
  const headers = new Map<string, HeaderValue[]>();
  for (const [name, value] of Object.entries(own))
    headers.set(name, Array.isArray(value) ? [...value] : [value ?? null]);
  for (const [name, value] of why) headers.set(name, [...(headers.get(name) ?? []), value]);
  return Object.fromEntries(headers); // also a header named __proto__ becomes a property
}

function cut(text: string): string {
  return text.length <= MAX_ERROR_MESSAGE_CHARS ? text : `${text.slice(0, MAX_ERROR_MESSAGE_CHARS)}…`;
}
