import type { ExecutionContext } from '@nestjs/common';
import { KafkaHeaders, RpcException, type Serializer } from '@nestjs/microservices';

import type { ProducerRecord } from '../../record/producer-record.js';
import { ENCODED_REPLY, OWN_SERIALIZER, type OwnSerializer } from '../../serialization/own-serializer.js';
import { clientKafkaRecord } from '../client-kafka-message.js';
import type { ConsumedMessage } from './dead-letter.js';

/** Where the sender of a message waits for the reply. */
export interface ReplyAddress {
  readonly topic: string;
  readonly partition: number | undefined;
  readonly correlationId: Buffer | string;
}

/** Nest's metadata key and value; they are the same in 11 and 12. */
const HANDLER_TYPE = 'microservices:handler_type';
const OF_REQUESTS = 1;

/** Whether the handler has `@MessagePattern`: an event has no reply, whatever the headers of its message say. */
export function isRequest(context: ExecutionContext): boolean {
  return Reflect.getMetadata(HANDLER_TYPE, context.getHandler()) === OF_REQUESTS;
}

/** What the handler gave out, or failed with. */
export type Reply = { readonly response: unknown } | { readonly error: unknown };

/**
 * @param message loses the header by which Nest would know that a reply is wanted; its object of headers is replaced, not changed
 * @returns `undefined` when none is, by Nest's rule
 */
export function takeReplyAddress(message: { headers?: ConsumedMessage['headers'] }): ReplyAddress | undefined {
  const topic = message.headers?.[KafkaHeaders.REPLY_TOPIC];
  if (topic === undefined || topic === null) return undefined;
  const { [KafkaHeaders.REPLY_TOPIC]: _, ...others } = message.headers!;
  message.headers = others;
  const partition = others[KafkaHeaders.REPLY_PARTITION];
  const correlationId = others[KafkaHeaders.CORRELATION_ID];
  if (!isOne(topic) || !isOne(correlationId) || topic.length === 0 || correlationId.length === 0) return undefined;
  return {
    topic: topic.toString(),
    correlationId,
    partition: isOne(partition) ? Number(partition.toString()) : undefined,
  };
}

type Header = NonNullable<ConsumedMessage['headers']>[string];

/** A header that is there more than once is none Nest would understand. */
function isOne(value: Header): value is Buffer | string {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

/**
 * The records that Nest's own server would send: one for each value, the last of which ends the reply; one without a value for none.
 *
 * @param serializer the `serializer` of the transport, where it has one
 */
export async function replyRecords(
  address: ReplyAddress,
  replies: readonly Reply[],
  serializer: Serializer | undefined,
): Promise<(ProducerRecord & OwnSerializer)[]> {
  const all = replies.length === 0 ? [{ response: undefined }] : replies;
  return Promise.all(all.map((reply, index) => replyRecord(address, reply, index === all.length - 1, serializer)));
}

async function replyRecord(
  { topic, partition, correlationId }: ReplyAddress,
  reply: Reply,
  isLast: boolean,
  serializer: Serializer | undefined,
): Promise<ProducerRecord & OwnSerializer> {
  const response = 'response' in reply ? reply.response : undefined;
  const { key, value, headers } = await encoded(topic, response, serializer);
  return {
    topic,
    key,
    value,
    headers: {
      ...headers,
      [KafkaHeaders.CORRELATION_ID]: correlationId,
      ...('error' in reply && { [KafkaHeaders.NEST_ERR]: errorText(reply.error) }),
      ...(isLast && { [KafkaHeaders.NEST_IS_DISPOSED]: Buffer.alloc(1) }),
    },
    ...(partition !== undefined && { partition }),
    [OWN_SERIALIZER]: ENCODED_REPLY,
  };
}

/** As Nest's default serializer, or as the user's own has it. */
async function encoded(
  topic: string,
  response: unknown,
  serializer: Serializer | undefined,
): Promise<Pick<ProducerRecord, 'key' | 'value' | 'headers'>> {
  if (serializer !== undefined) {
    const message = (await serializer.serialize(response)) as Partial<ProducerRecord>;
    return { key: message.key ?? null, value: message.value ?? null, headers: message.headers };
  }
  const { key, value, headers } = clientKafkaRecord(topic, response ?? { value: null });
  return { key: key ?? null, value, headers };
}

/** What Nest's filter makes of an error: what an `RpcException` carries is for the caller, everything else is not. */
function errorText(error: unknown): string {
  const carried =
    error instanceof RpcException ? error.getError() : { status: 'error', message: 'Internal server error' };
  return JSON.stringify(typeof carried === 'string' ? { status: 'error', message: carried } : carried);
}
