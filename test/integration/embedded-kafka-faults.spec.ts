import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { Kafka, logLevel, type Producer, type ProducerConfig } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';

let kafka: EmbeddedKafka;
let client: Kafka;
let producer: Producer;

async function start(options: EmbeddedKafkaOptions, config: ProducerConfig = {}): Promise<void> {
  kafka = await EmbeddedKafka.start(options);
  client = new Kafka({
    clientId: 'spec',
    brokers: kafka.bootstrap,
    logLevel: logLevel.NOTHING,
    requestTimeout: 500,
    retry: { initialRetryTime: 20, maxRetryTime: 100, retries: 10 },
  });
  producer = client.producer(config);
  await producer.connect();
}

const send = (value: string, partition = 0, acks = -1) =>
  producer.send({ topic: 'orders', acks, messages: [{ value, partition }] });

async function log(): Promise<string[]> {
  return (await kafka.recordsIn('orders')).map(({ value }) => value?.toString() ?? 'null');
}

const ORDERS = [{ name: 'orders', partitions: 3 }];

afterEach(async () => {
  await producer.disconnect();
  await kafka.stop();
});

describe('brokers that come and go', () => {
  it('hands the leaderships of a stopped broker over and takes it back in on the same port', async () => {
    await start({ brokers: 3, topics: ORDERS });
    const { port } = kafka.broker(1);
    expect(kafka.leaderOf('orders', 0)).toBe(1);
    await kafka.broker(1).stop();
    expect(kafka.leaderOf('orders', 0)).toBe(2);
    await send('while it is away');
    expect(kafka.requests('Produce').at(-1)?.broker).toBe(2);
    await kafka.broker(1).start();
    expect(kafka.broker(1).port).toBe(port);
    kafka.moveLeader('orders', 0, 1);
    await send('when it is back');
    expect(kafka.requests('Produce').at(-1)?.broker).toBe(1);
    expect(await log()).toEqual(['while it is away', 'when it is back']);
  });

  it('shows a moved leader in metadata, and refuses at the old one', async () => {
    await start({ brokers: 2, topics: ORDERS });
    await send('one');
    kafka.moveLeader('orders', 0, 2);
    await send('two');
    expect(kafka.requests('Produce').map(({ broker }) => broker)).toEqual([1, 1, 2]);
    const admin = client.admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: ['orders'] });
    await admin.disconnect();
    expect(topics[0]?.partitions.find(({ partitionId }) => partitionId === 0)?.leader).toBe(2);
    expect(await log()).toEqual(['one', 'two']);
  });

  it('has no leader for a partition whose only replica is down, until it is up again', async () => {
    await start({ brokers: 2, topics: [{ name: 'orders', replicationFactor: 1 }] });
    await kafka.broker(1).stop();
    expect(kafka.leaderOf('orders', 0)).toBe(-1);
    const sent = send('patient');
    await kafka.broker(1).start();
    await sent;
    expect(await log()).toEqual(['patient']);
  });

  it('answers nothing while it is paused, and everything after', async () => {
    await start({ topics: ORDERS }, { idempotent: true, maxInFlightRequests: 1 });
    await send('one');
    kafka.broker(1).pause();
    const timedOut = new Promise((resolve) => producer.on(producer.events.REQUEST_TIMEOUT, resolve));
    const sent = send('two');
    await timedOut;
    expect(await log()).toEqual(['one']);
    kafka.broker(1).resume();
    await sent;
    expect(await log()).toEqual(['one', 'two']);
  });

  it('takes acks=all only from enough in-sync replicas', async () => {
    const configs = { 'min.insync.replicas': 2 };
    await start({ brokers: 2, topics: [{ name: 'orders', replicationFactor: 2, configs }] }, { retry: { retries: 0 } });
    await kafka.broker(2).stop();
    await expect(send('all')).rejects.toThrow('fewer in-sync replicas than required');
    await send('leader only', 0, 1);
    expect(await log()).toEqual(['leader only']);
    // Not even written to all in-sync replicas: consumers must not see it while the set is too small (KIP-966).
    expect(await kafka.recordsIn('orders', { isolation: 'read_uncommitted' })).toEqual([]);
    await kafka.broker(2).start();
    expect(await kafka.recordsIn('orders', { isolation: 'read_uncommitted' })).toHaveLength(1);
  });
});

describe('faults', () => {
  it('loses an answer: the record is there, and a producer without idempotence writes it again', async () => {
    await start({ topics: ORDERS });
    const fault = kafka.faults.onResponse('Produce', { times: 1, action: 'drop' });
    await send('one');
    expect([fault.hits, await log()]).toEqual([1, ['one', 'one']]);
  });

  it('loses an answer: an idempotent producer is told where its record is', async () => {
    await start({ topics: ORDERS }, { idempotent: true, maxInFlightRequests: 1 });
    kafka.faults.onResponse('Produce', { times: 1, action: 'cut' });
    const [written] = await send('one');
    expect(written?.baseOffset).toBe('0');
    expect(kafka.requests('Produce')).toHaveLength(2);
    expect(await log()).toEqual(['one']);
  });

  it('cuts the connection before the request is applied', async () => {
    await start({ topics: ORDERS });
    kafka.faults.onRequest('Produce', { times: 2, action: 'cut' });
    await send('one');
    expect(kafka.requests('Produce')).toHaveLength(3);
    expect(await log()).toEqual(['one']);
  });

  it('refuses one partition and serves the others of the same request', async () => {
    await start({ topics: ORDERS }, { retry: { retries: 0 } });
    kafka.faults.onRequest('Produce', { action: { errorCode: 'MESSAGE_TOO_LARGE', topic: 'orders', partition: 1 } });
    const messages = [0, 1, 2].map((partition) => ({ value: `to ${partition}`, partition }));
    await expect(producer.send({ topic: 'orders', messages })).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
    expect(await log()).toEqual(['to 0', 'to 2']);
  });

  it('reports an error after applying the request', async () => {
    await start({ topics: ORDERS });
    kafka.faults.onResponse('Produce', { times: 1, action: { errorCode: 7 } });
    await send('one');
    expect(await log()).toEqual(['one', 'one']);
  });

  it('holds a request back, and everything behind it on the connection', async () => {
    await start({ topics: ORDERS });
    const fault = kafka.faults.onRequest('Produce', { times: 1, action: { delayMs: 100 } });
    await Promise.all([send('one'), send('two')]);
    expect([fault.hits, (await log()).toSorted()]).toEqual([1, ['one', 'two']]);
    const [held, behind] = kafka.requests('Produce').map(({ receivedAtMs }) => receivedAtMs);
    expect((behind ?? 0) - (held ?? 0)).toBeGreaterThanOrEqual(99);
  });

  it('strikes only at the broker it is for, after as many as it lets pass', async () => {
    await start({ brokers: 3, topics: ORDERS });
    const fault = kafka.faults.onRequest('Produce', { broker: 2, skip: 1, times: 1, action: 'cut' });
    await send('a', 0);
    await send('b', 1);
    expect(fault.hits).toBe(0);
    await send('c', 1);
    expect(fault.hits).toBe(1);
    expect(await log()).toEqual(['a', 'b', 'c']);
  });

  it('refuses a plan that cannot work', async () => {
    await start({});
    expect(() => kafka.faults.onRequest('Produced' as 'Produce', { action: 'cut' })).toThrow('no API is called');
    expect(() => kafka.faults.onRequest('Produce', { times: 0, action: 'cut' })).toThrow('times');
    expect(() => kafka.faults.onRequest('Produce', { action: { errorCode: 9999 } })).toThrow('action');
  });
});
