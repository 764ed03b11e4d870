import { connect } from 'node:net';

import { EmbeddedKafka, type Clock } from 'embedded-kafka';
import {
  apis,
  decodeResponse,
  encodeRecordBatch,
  encodeRequest,
  errorCode,
  FrameReader,
  type ApiDefinition,
  type RequestInput,
} from 'kafka-wire';
import { afterEach, describe, expect, it } from 'vitest';

import { rawRequest } from '../support/raw-request.js';

let kafka: EmbeddedKafka;

afterEach(() => kafka.stop());

const address = (nodeId = 1) => kafka.bootstrap.at(nodeId - 1) ?? '';

async function produceRequest(topic: string, baseSequence = 0): Promise<RequestInput<typeof apis.Produce>> {
  const producer = { producerId: Buffer.alloc(8, 1), producerEpoch: 0, baseSequence };
  const records = await encodeRecordBatch({ records: [{ value: 'x', timestamp: 1 }], producer });
  return { acks: -1, timeoutMs: 100, topicData: [{ name: topic, partitionData: [{ index: 0, records }] }] };
}

async function produce(nodeId: number, topic: string, baseSequence = 0) {
  const body = await rawRequest(address(nodeId), apis.Produce, 10, await produceRequest(topic, baseSequence));
  const partition = body.responses[0]?.partitionResponses[0];
  return { ...partition, nodeEndpoints: body.nodeEndpoints };
}

const fetchRequest = (topic: string, maxWaitMs: number): RequestInput<typeof apis.Fetch> => ({
  maxWaitMs,
  minBytes: 1,
  maxBytes: 1_000_000,
  topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
});

/** One frame there, one back, whatever they are. */
async function exchange(frame: Buffer): Promise<Buffer> {
  const socket = connect(kafka.broker(1).port, '127.0.0.1');
  try {
    socket.write(frame);
    const frames = new FrameReader();
    for await (const chunk of socket) {
      frames.push(chunk as Buffer);
      const answer = frames.next();
      if (answer) return answer;
    }
    throw new Error('closed');
  } finally {
    socket.destroy();
  }
}

describe('leaders', () => {
  it('tells where the leader is (KIP-951), and knows a producer at the new one', async () => {
    kafka = await EmbeddedKafka.start({ brokers: 2, topics: [{ name: 'orders' }] });
    expect(await produce(1, 'orders')).toMatchObject({ errorCode: 0, baseOffset: 0 });
    kafka.moveLeader('orders', 0, 2);
    expect(await produce(1, 'orders')).toMatchObject({
      errorCode: errorCode('NOT_LEADER_OR_FOLLOWER'),
      currentLeader: { leaderId: 2, leaderEpoch: 1 },
      nodeEndpoints: [{ nodeId: 2, host: '127.0.0.1', port: kafka.broker(2).port }],
    });
    expect(await produce(2, 'orders')).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await produce(2, 'orders', 2)).toMatchObject({ errorCode: errorCode('OUT_OF_ORDER_SEQUENCE_NUMBER') });
    expect(await kafka.recordsIn('orders')).toHaveLength(1);
  });

  it('appends what it could not replicate in time, and says only that it timed out', async () => {
    kafka = await EmbeddedKafka.start({ brokers: 2, topics: [{ name: 'orders' }] });
    kafka.broker(2).pause();
    expect(await produce(1, 'orders')).toMatchObject({ errorCode: errorCode('REQUEST_TIMED_OUT') });
    expect(await kafka.recordsIn('orders')).toHaveLength(1);
    expect(await kafka.recordsIn('orders', { isolation: 'read_uncommitted' })).toHaveLength(0);
    await kafka.broker(2).stop();
    expect(await produce(1, 'orders')).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await kafka.recordsIn('orders', { isolation: 'read_committed' })).toHaveLength(1);
  });

  it('does not serve what a frozen broker had not read when it died', async () => {
    kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders' }] });
    kafka.broker(1).pause();
    const unread = rawRequest(address(), apis.Produce, 9, await produceRequest('orders'));
    const outcome = unread.then(
      () => 'answered',
      () => 'cut',
    );
    while (kafka.broker(1).connectionCount === 0) await new Promise((resolve) => setImmediate(resolve));
    await kafka.broker(1).stop();
    expect(await outcome).toBe('cut');
    await kafka.broker(1).start();
    expect(await kafka.recordsIn('orders')).toEqual([]);
  });
});

describe('fetch', () => {
  it('waits for records, and answers as soon as there are some', async () => {
    kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders' }] });
    const fetched = rawRequest(address(), apis.Fetch, 11, fetchRequest('orders', 30_000));
    while (kafka.requests('Fetch').length === 0) await new Promise((resolve) => setImmediate(resolve));
    await produce(1, 'orders');
    const [partition] = (await fetched).responses[0]?.partitions ?? [];
    expect(partition).toMatchObject({ errorCode: 0, highWatermark: 1 });
    expect(partition?.records?.length).toBeGreaterThan(61);
  });

  it('answers without records when the time is over', async () => {
    kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders' }] });
    const { responses } = await rawRequest(address(), apis.Fetch, 11, fetchRequest('orders', 20));
    expect(responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 0, records: Buffer.alloc(0) });
  });
});

const CLIENT = { clientSoftwareName: 'test', clientSoftwareVersion: '1' };
/** A request with acks 0, the default, has no answer; a client without a name is refused. */
const NEEDED: Readonly<Record<string, object>> = { Produce: { acks: 1 }, ApiVersions: CLIENT };

describe('versions', () => {
  it('answers ApiVersions of the future with version 0, error 35 and what it speaks', async () => {
    kafka = await EmbeddedKafka.start();
    const frame = encodeRequest(apis.ApiVersions, 3, { correlationId: 7, clientId: 'test' }, {});
    frame.writeInt16BE(99, 6);
    const { correlationId, body } = decodeResponse(apis.ApiVersions, 0, await exchange(frame));
    expect([correlationId, body.errorCode]).toEqual([7, errorCode('UNSUPPORTED_VERSION')]);
    expect(body.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 4 }]);
  });

  it('serves the oldest and the newest version of everything it lists, and closes on others', async () => {
    kafka = await EmbeddedKafka.start();
    const { apiKeys } = await rawRequest(address(), apis.ApiVersions, 4, CLIENT);
    for (const { apiKey, minVersion, maxVersion } of apiKeys) {
      const api = Object.values(apis).find(({ key }) => key === apiKey) as ApiDefinition;
      for (const version of new Set([Math.max(minVersion, api.versions.min), maxVersion])) {
        const answer = rawRequest(address(), api, version, NEEDED[api.name] ?? {});
        await expect(answer, `${api.name} v${version}`).resolves.toBeTypeOf('object');
      }
    }
    expect(kafka.requests().filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(apiKeys.find(({ apiKey }) => apiKey === apis.Produce.key)?.minVersion).toBe(0);
    const ofTheFuture = encodeRequest(apis.Fetch, 17, { correlationId: 7, clientId: 'test' }, {});
    ofTheFuture.writeInt16BE(18, 6);
    await expect(exchange(ofTheFuture)).rejects.toThrow('closed');
    await expect(exchange(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).rejects.toThrow('closed');
  });
});

describe('start and stop', () => {
  it('leaves no socket, server or timer', async () => {
    const timers = new Set<unknown>();
    const clock: Clock = {
      wallTime: () => Date.now(),
      setTimeout: (fire, delayMs) => {
        const timer = setTimeout(() => timers.delete(timer) && fire(), delayMs);
        timers.add(timer);
        return timer;
      },
      clearTimeout: (timer) => {
        clearTimeout(timer as NodeJS.Timeout);
        timers.delete(timer);
      },
    };
    kafka = await EmbeddedKafka.start({ brokers: 9, topics: [{ name: 'orders' }], topicPropagationMs: 60_000, clock });
    const waiting = rawRequest(address(), apis.Fetch, 11, fetchRequest('orders', 60_000)).catch(() => 'cut');
    const topics = [{ name: 'later', numPartitions: 1, replicationFactor: 1 }];
    await rawRequest(address(), apis.CreateTopics, 5, { topics });
    while (timers.size < 1) await new Promise((resolve) => setImmediate(resolve));
    await kafka.stop();
    expect(await waiting).toBe('cut');
    expect(timers).toEqual(new Set());
    // The client's end of the connection takes a turn or two to go; one that stays lets the test time out.
    while (process.getActiveResourcesInfo().some((resource) => resource.startsWith('TCP'))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('listens where it is told to, and says so when it cannot', async () => {
    kafka = await EmbeddedKafka.start();
    const { port } = kafka.broker(1);
    await expect(EmbeddedKafka.start({ port })).rejects.toThrow(`a broker cannot listen on 127.0.0.1:${port}`);
    await kafka.stop();
    kafka = await EmbeddedKafka.start({ port });
    expect(kafka.bootstrap).toEqual([`127.0.0.1:${port}`]);
  });
});
