import { EmbeddedKafka, type FaultAction } from 'embedded-kafka';
import { apis, type ApiName } from 'kafka-wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { produceInput } from '../support/produce-input.js';
import { RawConnection } from '../support/raw-connection.js';

const PRODUCE_VERSION = 9;

let kafka: EmbeddedKafka;
let client: RawConnection;
let input: Awaited<ReturnType<typeof produceInput>>;

beforeEach(async () => {
  kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders', partitions: 2 }] });
  input = await produceInput('orders', { 0: 'one' });
  client = await RawConnection.open(kafka.bootstrap[0] as string);
});

afterEach(async () => {
  client.close();
  await kafka.stop();
});

const anotherClient = () => RawConnection.open(kafka.bootstrap[0] as string);

const metadata = (connection = client) => connection.request(apis.Metadata, 9, { topics: [{ name: 'orders' }] });

const fetchAll = () =>
  client.request(apis.Fetch, 11, {
    maxBytes: 1_000_000,
    topics: [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
  });

const produce = (acks = -1) => client.request(apis.Produce, PRODUCE_VERSION, { ...input, acks });

const log = async () => (await kafka.recordsIn('orders')).map(({ value }) => String(value));

const elapsedMs = async (work: Promise<unknown>) => {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
};

describe('a request or a response that never comes', () => {
  it.each<[FaultAction, 'onRequest' | 'onResponse', string[]]>([
    ['drop', 'onRequest', []],
    ['drop', 'onResponse', ['one']],
  ])('%s %s: the connection goes on', async (action, where, records) => {
    const fault = kafka.faults[where]('Produce', { times: 1, action });
    void produce();
    await metadata();
    expect([fault.hits, client.unanswered, await log()]).toEqual([1, 1, records]);
  });

  it.each<['onRequest' | 'onResponse', string[]]>([
    ['onRequest', []],
    ['onResponse', ['one']],
  ])('cut %s: the connection is destroyed', async (where, records) => {
    kafka.faults[where]('Produce', { times: 1, action: 'cut' });
    await expect(produce()).rejects.toThrow('closed the connection');
    expect(await log()).toEqual(records);
  });
});

describe('a black hole', () => {
  it.each<['onRequest' | 'onResponse', string[]]>([
    ['onRequest', []],
    ['onResponse', ['one']],
  ])('%s: nothing more is read or answered on that connection until it is healed', async (where, before) => {
    const hole = kafka.faults[where]('Produce', { action: 'black-hole' });
    const answers = [produce(), metadata()];
    await hole.struck();
    await metadata(await anotherClient());
    expect([client.unanswered, kafka.broker(1).connectionCount, await log()]).toEqual([2, 2, before]);
    hole.heal();
    await Promise.all(answers);
    expect([await log(), kafka.requests('Metadata').length]).toEqual([['one'], 2]);
  });

  it('swallows what its client had sent when the client does not wait', async () => {
    const hole = kafka.faults.onRequest('Produce', { times: 1, action: 'black-hole' });
    void produce();
    await hole.struck();
    client.close();
    while (kafka.broker(1).connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
    hole.heal();
    expect(await log()).toEqual([]);
  });

  it('does not keep the cluster from stopping', async () => {
    const hole = kafka.faults.onRequest('*', { action: 'black-hole' });
    const asked = metadata();
    await hole.struck();
    await kafka.stop();
    await expect(asked).rejects.toThrow('closed the connection');
    await expect(hole.struck(2)).rejects.toThrow('was removed after 1 hits');
  });
});

describe('a broker over its quota', () => {
  it('tells how long to wait, answers at once, and reads nothing more until then', async () => {
    kafka.faults.onResponse('Metadata', { times: 1, action: { throttleMs: 150 } });
    const answers = [metadata(), metadata()];
    expect(await Promise.all(answers)).toMatchObject([{ throttleTimeMs: 150 }, { throttleTimeMs: 0 }]);
    const [told, next] = kafka.requests('Metadata').map(({ receivedAtMs }) => receivedAtMs);
    expect((next ?? 0) - (told ?? 0)).toBeGreaterThanOrEqual(149);
  });

  it('mutes also where it answers nothing', async () => {
    kafka.faults.onResponse('Produce', { times: 1, action: { throttleMs: 150 } });
    void produce(0);
    await client.request(apis.ApiVersions, 0, {});
    const [told, next] = kafka.requests().map(({ receivedAtMs }) => receivedAtMs);
    expect((next ?? 0) - (told ?? 0)).toBeGreaterThanOrEqual(149);
  });

  it('sends empty fetches', async () => {
    await produce();
    kafka.faults.onResponse('Fetch', { times: 1, action: { throttleMs: 1 } });
    expect(await fetchAll()).toMatchObject({ throttleTimeMs: 1, errorCode: 0, responses: [] });
    expect((await fetchAll()).responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(60);
  });
});

describe('a response that is slow to come', () => {
  it('arrives in pieces, cut anywhere', async () => {
    kafka.faults.onResponse('Metadata', { times: 1, action: { fragmentBytes: 3 } });
    const { topics } = await metadata();
    expect([topics[0]?.name, client.chunks.length]).toEqual(['orders', expect.toSatisfy((pieces) => pieces > 20)]);
    expect(Math.min(...client.chunks)).toBeLessThanOrEqual(3);
  });

  it('arrives at the pace of its line, and what is behind it waits', async () => {
    await metadata();
    const bytes = client.chunks.reduce((sum, length) => sum + length, 0);
    kafka.faults.onResponse('Metadata', { times: 1, action: { bytesPerSecond: bytes * 4 } });
    const [slow, behind] = [metadata(), client.request(apis.ApiVersions, 0, {})];
    expect(await elapsedMs(slow)).toBeGreaterThanOrEqual(190);
    const [answered] = kafka.requests('Metadata').slice(-1);
    await behind;
    const [waited] = kafka.requests('ApiVersions');
    expect((waited?.receivedAtMs ?? 0) - (answered?.receivedAtMs ?? 0)).toBeGreaterThanOrEqual(190);
  });
});

describe('what a fault is for', () => {
  it.each<[string, object, string[]]>([
    ['a client', { clientId: 'test' }, ['cut', 'cut', 'served']],
    ['a version', { apiVersion: 8 }, ['served', 'cut', 'served']],
    ['a broker', { broker: 1 }, ['cut', 'cut', 'cut']],
    [
      'what the test decides',
      { matches: ({ topics }: { topics: unknown[] }) => topics.length === 0 },
      ['served', 'cut', 'served'],
    ],
  ])('%s', async (_what, narrowed, expected) => {
    kafka.faults.onRequest('Metadata', { ...narrowed, action: 'cut' });
    const ask = async (clientId: string, version: number, topics: { name: string }[]) => {
      const connection = await RawConnection.open(kafka.bootstrap[0] as string, clientId);
      const outcome = await connection.request(apis.Metadata, version, { topics }).then(
        () => 'served',
        () => 'cut',
      );
      connection.close();
      return outcome;
    };
    const outcomes = [
      await ask('test', 9, [{ name: 'orders' }]),
      await ask('test', 8, []),
      await ask('other', 9, [{ name: 'orders' }]),
    ];
    expect(outcomes).toEqual(expected);
  });

  it('any API', async () => {
    const fault = kafka.faults.onRequest('*', { skip: 1, times: 1, action: { errorCode: 'UNKNOWN_SERVER_ERROR' } });
    await metadata();
    expect((await client.request(apis.FindCoordinator, 3, { key: 'g', keyType: 0 })).errorCode).toBe(-1);
    expect(fault.hits).toBe(1);
  });

  it('a group', async () => {
    kafka.faults.onRequest('FindCoordinator', { groupId: 'g', action: { errorCode: 'COORDINATOR_NOT_AVAILABLE' } });
    const find = (key: string) => client.request(apis.FindCoordinator, 3, { key, keyType: 0 });
    expect([(await find('g')).errorCode, (await find('h')).errorCode]).toEqual([15, 0]);
  });

  it('one partition of a response', async () => {
    const action = { errorCode: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', topic: 'orders', partition: 1 } as const;
    kafka.faults.onResponse('Produce', { times: 1, action });
    const both = await produceInput('orders', { 0: 'zero', 1: 'one' });
    const body = await client.request(apis.Produce, PRODUCE_VERSION, both);
    expect(body.responses[0]?.partitionResponses.map(({ index, errorCode }) => [index, errorCode])).toEqual([
      [0, 0],
      [1, 20],
    ]);
    expect(await log()).toEqual(['zero', 'one']);
  });

  it('hangs up where nothing is answered and an error is to be told', async () => {
    kafka.faults.onResponse('Produce', { times: 1, action: { errorCode: 'NOT_LEADER_OR_FOLLOWER' } });
    await expect(produce(0)).rejects.toThrow('closed the connection');
    expect(await log()).toEqual(['one']);
  });

  it('is never an API that is not there', () => {
    expect(() => kafka.faults.onRequest('DescribeQuorum' as ApiName, { action: 'cut' })).toThrow('no API is called');
  });
});
