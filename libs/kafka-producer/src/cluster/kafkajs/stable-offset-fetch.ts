import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { apis, decodeResponse, encodeRequest, errorCode, type ResponseOf } from 'kafka-wire';

import type { Clock } from '../../support/clock.js';
import type { ConsumerBroker, OffsetsResponse, TopicPartitionsRequest } from './kafkajs-parts.js';

/** The first with requireStable (KIP-447). Kafka has it since 2.5. */
const VERSION = 7;
/** Size, key, version, correlation id and the length of the client id: what kafkajs writes itself. */
const FRAME_HEAD_BYTES = 14;
const NO_CORRELATION_ID = Buffer.alloc(4);
const UNSTABLE_OFFSET_COMMIT = errorCode('UNSTABLE_OFFSET_COMMIT');
const UNSUPPORTED_VERSION = errorCode('UNSUPPORTED_VERSION');

/** How long a consumer, which sends no heartbeat meanwhile, waits for the verdict on a transaction of whoever had the partition before. */
const PATIENCE_MS = 500;
const MAX_PAUSE_MS = 50;

/** Of one group, as kafkajs asks. */
export interface OffsetFetch {
  readonly groupId: string;
  readonly topics: readonly TopicPartitionsRequest[];
}

/**
 * The committed offsets of a group, none of which a transaction that is still open could move.
 *
 * kafkajs' own request (version 4) answers with the offset from before such a transaction: the member that gets the partition next consumes again what the
 * transaction commits a moment later. With requireStable the broker refuses until it is decided.
 *
 * A partition for which that takes longer is left out of the answer. kafkajs then fetches nothing of it, sends its heartbeat, and asks again.
 *
 * @throws KafkaJSProtocolError as kafkajs does itself
 */
export async function fetchStableOffsets(
  broker: ConsumerBroker,
  { groupId, topics }: OffsetFetch,
  clock: Clock,
): Promise<OffsetsResponse[]> {
  const stable = new Map(topics.map(({ topic }) => [topic, [] as OffsetsResponse['partitions'][number][]]));
  const deadlineMs = clock.now() + PATIENCE_MS;
  let pending = topics;
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    const answer = await ask(broker, { groupId, topics: pending });
    if (answer.errorCode !== 0) throw createErrorFromCode(answer.errorCode);
    pending = sorted(answer, stable);
    if (pending.length === 0 || clock.now() + pauseMs > deadlineMs) break;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, pauseMs));
  }
  return Array.from(stable, ([topic, partitions]) => ({ topic, partitions }));
}

type OffsetFetchAnswer = ResponseOf<typeof apis.OffsetFetch>;

/** @returns what must be asked again */
function sorted(
  answer: OffsetFetchAnswer,
  stable: Map<string, OffsetsResponse['partitions'][number][]>,
): TopicPartitionsRequest[] {
  const pending: TopicPartitionsRequest[] = [];
  for (const { name, partitions } of answer.topics) {
    const unstable: { partition: number }[] = [];
    for (const { partitionIndex, committedOffset, errorCode: code } of partitions) {
      if (code === UNSTABLE_OFFSET_COMMIT) unstable.push({ partition: partitionIndex });
      else if (code !== 0) throw createErrorFromCode(code);
      else stable.get(name)?.push({ partition: partitionIndex, offset: String(committedOffset) });
    }
    if (unstable.length > 0) pending.push({ topic: name, partitions: unstable });
  }
  return pending;
}

/** Over kafkajs' own connection, so that TLS, SASL and its time-outs are the consumer's. */
async function ask(broker: ConsumerBroker, { groupId, topics }: OffsetFetch): Promise<OffsetFetchAnswer> {
  const { key, name } = apis.OffsetFetch;
  if ((broker.versions?.[key]?.maxVersion ?? 0) < VERSION) throw createErrorFromCode(UNSUPPORTED_VERSION);
  const input = {
    groupId,
    topics: topics.map(({ topic, partitions }) => ({
      name: topic,
      partitionIndexes: partitions.map(({ partition }) => partition),
    })),
    requireStable: true,
  };
  const frame = encodeRequest(apis.OffsetFetch, VERSION, { correlationId: 0, clientId: '' }, input);
  const body = frame.subarray(FRAME_HEAD_BYTES);
  try {
    return (await broker.connectionPool.send({
      request: { apiKey: key, apiVersion: VERSION, apiName: name, encode: async () => ({ buf: body, buffer: body }) },
      response: {
        decode: async (payload: Buffer) =>
          decodeResponse(apis.OffsetFetch, VERSION, Buffer.concat([NO_CORRELATION_ID, payload])).body,
        parse: async (answer: OffsetFetchAnswer) => answer,
      },
    })) as OffsetFetchAnswer;
  } catch (error) {
    // As every request of kafkajs' broker does it.
    if (error instanceof Error && error.name === 'KafkaJSConnectionClosedError') await broker.disconnect();
    throw error;
  }
}
