import { apis, decodeRequest, encodeResponse, errorCode, type RequestOf, type ResponseInput } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../support/spec-support/manual-clock.js';
import type { ConsumerBroker } from './kafkajs-parts.js';
import { fetchStableOffsets } from './stable-offset-fetch.js';

type Answer = ResponseInput<typeof apis.OffsetFetch>;
type Asked = RequestOf<typeof apis.OffsetFetch>;

const VERSION = 7;
const UNSTABLE = errorCode('UNSTABLE_OFFSET_COMMIT');
const TOPICS = [{ topic: 'orders', partitions: [{ partition: 0 }, { partition: 1 }] }];

/** What kafkajs makes of a request, to the byte: size, header with its client id, what `encode()` gave; and of the answer. */
function brokerThat(answers: (asked: Asked) => Answer, maxVersion = 9) {
  const asked: Asked[] = [];
  const broker = {
    versions: { [apis.OffsetFetch.key]: { maxVersion } },
    disconnects: 0,
    disconnect: async () => {
      broker.disconnects++;
    },
    connectionPool: {
      async send(given: object): Promise<unknown> {
        const { request, response } = given as {
          request: { apiKey: number; apiVersion: number; encode(): Promise<{ buffer: Buffer }> };
          response: { decode(payload: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> };
        };
        const head = Buffer.alloc(14);
        head.writeInt16BE(request.apiKey, 0);
        head.writeInt16BE(request.apiVersion, 2);
        head.writeInt32BE(7, 4);
        head.writeInt16BE(4, 8);
        head.write('spec', 10);
        const decoded = decodeRequest(Buffer.concat([head, (await request.encode()).buffer]));
        const body = decoded.body as Asked;
        asked.push(body);
        const frame = encodeResponse(apis.OffsetFetch, VERSION, 7, answers(body));
        return response.parse(await response.decode(frame.subarray(8)));
      },
    },
  };
  return { broker: broker as typeof broker & ConsumerBroker, asked };
}

function answer(codes: Readonly<Record<number, number>>, offset = 42): (asked: Asked) => Answer {
  return ({ topics }) => ({
    topics: topics!.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const code = codes[partitionIndex] ?? 0;
        return { partitionIndex, committedOffset: code === 0 ? offset : -1, metadata: null, errorCode: code };
      }),
    })),
  });
}

describe('the stable offsets of a group', () => {
  it('are asked for with requireStable over the connection of kafkajs', async () => {
    const { broker, asked } = brokerThat(answer({}));
    const offsets = await fetchStableOffsets(broker, { groupId: 'stock', topics: TOPICS }, new ManualClock());
    expect(asked).toMatchObject([
      { groupId: 'stock', requireStable: true, topics: [{ name: 'orders', partitionIndexes: [0, 1] }] },
    ]);
    const partitions = [0, 1].map((partition) => ({ partition, offset: '42' }));
    expect(offsets).toEqual([{ topic: 'orders', partitions }]);
  });

  it('are asked for again, of what a transaction may still move alone', async () => {
    const clock = new ManualClock();
    const { broker, asked } = brokerThat((request) => answer(asked.length < 4 ? { 1: UNSTABLE } : {})(request));
    const offsets = fetchStableOffsets(broker, { groupId: 'stock', topics: TOPICS }, clock);
    await clock.advance(100);
    expect(asked.map(({ topics }) => topics![0]!.partitionIndexes)).toEqual([[0, 1], [1], [1], [1]]);
    const partitions = [0, 1].map((partition) => ({ partition, offset: '42' }));
    expect(await offsets).toEqual([{ topic: 'orders', partitions }]);
  });

  it('are told without the partitions for which that takes long, so that a heartbeat comes in between', async () => {
    const clock = new ManualClock();
    const { broker } = brokerThat(answer({ 0: UNSTABLE }));
    const offsets = fetchStableOffsets(broker, { groupId: 'stock', topics: TOPICS }, clock);
    await clock.advance(500);
    expect(await offsets).toEqual([{ topic: 'orders', partitions: [{ partition: 1, offset: '42' }] }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['of a partition', answer({ 1: errorCode('UNKNOWN_TOPIC_OR_PARTITION') }), 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['of the group', () => ({ errorCode: errorCode('NOT_COORDINATOR') }), 'NOT_COORDINATOR_FOR_GROUP'],
  ])('fail as in kafkajs for an error %s', async (_of, answers, type) => {
    const { broker } = brokerThat(answers);
    const offsets = fetchStableOffsets(broker, { groupId: 'stock', topics: TOPICS }, new ManualClock());
    await expect(offsets).rejects.toMatchObject({ name: 'KafkaJSProtocolError', type });
  });

  it('are refused by a broker that could not tell', async () => {
    const { broker, asked } = brokerThat(answer({}), 6);
    const offsets = fetchStableOffsets(broker, { groupId: 'stock', topics: TOPICS }, new ManualClock());
    await expect(offsets).rejects.toMatchObject({ type: 'UNSUPPORTED_VERSION', retriable: false });
    expect(asked).toEqual([]);
  });

  it('let kafkajs connect anew when the connection is gone', async () => {
    const lost = Object.assign(new Error('gone'), { name: 'KafkaJSConnectionClosedError' });
    const { broker } = brokerThat(() => {
      throw lost;
    });
    const offsets = fetchStableOffsets(broker, { groupId: 'stock', topics: TOPICS }, new ManualClock());
    await expect(offsets).rejects.toBe(lost);
    expect(broker.disconnects).toBe(1);
  });
});
