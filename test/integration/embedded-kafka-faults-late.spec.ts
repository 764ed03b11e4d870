import { EmbeddedKafka } from 'embedded-kafka';
import { apis } from 'kafka-wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { produceInput } from '../support/produce-input.js';
import { RawConnection } from '../support/raw-connection.js';

const PRODUCE_VERSION = 9;

const requests = {
  early: await produceInput('orders', { 0: 'early' }),
  late: await produceInput('orders', { 0: 'late' }),
  one: await produceInput('orders', { 0: 'one' }),
  two: await produceInput('orders', { 0: 'two' }),
  three: await produceInput('orders', { 0: 'three' }),
};

let kafka: EmbeddedKafka;

beforeEach(async () => {
  kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders' }] });
});

afterEach(() => kafka.stop());

const connect = () => RawConnection.open(kafka.bootstrap[0] as string);

const produce = (connection: RawConnection, value: keyof typeof requests) =>
  connection.request(apis.Produce, PRODUCE_VERSION, requests[value]);

async function log(): Promise<string[]> {
  return (await kafka.recordsIn('orders')).map(({ value }) => String(value));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Until the broker has noticed that its clients are gone. */
const allGone = () => until(() => kafka.broker(1).connectionCount === 0);

describe('a request that is held', () => {
  it('arrives after what its client has sent over a new connection', async () => {
    const fault = kafka.faults.onRequest('Produce', { times: 1, action: 'hold' });
    const old = await connect();
    void produce(old, 'late');
    await fault.struck();
    old.close();
    await allGone();

    const fresh = await connect();
    await produce(fresh, 'early');
    expect([await log(), fault.held]).toEqual([['early'], 1]);
    expect([fault.release(), await log(), fault.held]).toEqual([1, ['early', 'late'], 0]);
    fresh.close();
  });

  it('brings what was sent behind it on its connection, in that order', async () => {
    const fault = kafka.faults.onRequest('Produce', { times: 1, action: 'hold' });
    const old = await connect();
    for (const value of ['one', 'two', 'three'] as const) void produce(old, value);
    await fault.struck();
    old.close();
    await allGone();
    fault.release();
    await kafka.requestSeen('Produce', () => kafka.requests('Produce').length === 3);
    expect(await log()).toEqual(['one', 'two', 'three']);
  });

  it('is answered when its client has waited', async () => {
    const fault = kafka.faults.onRequest('Produce', { times: 1, action: 'hold' });
    const connection = await connect();
    const [first, second] = [produce(connection, 'one'), produce(connection, 'two')];
    await fault.struck();
    expect(await log()).toEqual([]);
    fault.release();
    const offsets = (await Promise.all([first, second])).map((body) => body.responses[0]?.partitionResponses[0]);
    expect(offsets.map((partition) => partition?.baseOffset)).toEqual([0, 1]);
    connection.close();
  });

  it('is lost when its broker stops, as with the socket of the broker', async () => {
    const fault = kafka.faults.onRequest('Produce', { times: 1, action: 'hold' });
    const old = await connect();
    void produce(old, 'late');
    await fault.struck();
    old.close();
    await allGone();
    await kafka.broker(1).stop();
    await kafka.broker(1).start();
    expect([fault.held, fault.release(), await log()]).toEqual([0, 0, []]);
  });

  it('waits for a broker that is paused when it is released', async () => {
    const fault = kafka.faults.onRequest('Produce', { times: 1, action: 'hold' });
    const connection = await connect();
    const answered = produce(connection, 'late');
    await fault.struck();
    kafka.broker(1).pause();
    fault.release();
    expect(await log()).toEqual([]);
    kafka.broker(1).resume();
    await answered;
    expect(await log()).toEqual(['late']);
    connection.close();
  });

  it('is lost with a broker that stops while it is paused', async () => {
    const fault = kafka.faults.onRequest('Produce', { times: 1, action: 'hold' });
    const connection = await connect();
    void produce(connection, 'late');
    await fault.struck();
    kafka.broker(1).pause();
    fault.release();
    await kafka.broker(1).stop();
    await kafka.broker(1).start();
    expect(await log()).toEqual([]);
  });

  it('goes on when all faults are cleared', async () => {
    const fault = kafka.faults.onRequest('Produce', { action: 'hold' });
    const connection = await connect();
    const answered = produce(connection, 'one');
    await fault.struck();
    kafka.faults.clear();
    await answered;
    expect(await log()).toEqual(['one']);
    connection.close();
  });
});

describe('a response that is held', () => {
  it('comes when it is released', async () => {
    const fault = kafka.faults.onResponse('Produce', { times: 1, action: 'hold' });
    const connection = await connect();
    const answered = produce(connection, 'one');
    await fault.struck();
    expect([await log(), connection.unanswered]).toEqual([['one'], 1]);
    fault.release();
    expect((await answered).responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    connection.close();
  });
});

describe('a request that is delayed', () => {
  it('is lost when its client leaves before', async () => {
    const fault = kafka.faults.onRequest('Produce', { times: 1, action: { delayMs: 60_000 } });
    const old = await connect();
    void produce(old, 'late');
    await fault.struck();
    old.close();
    await allGone();
    expect([fault.held, fault.release(), await log()]).toEqual([0, 0, []]);
  });

  it('arrives when it is due although its client has left, where it is to', async () => {
    const action = { delayMs: 50, evenIfDisconnected: true };
    const fault = kafka.faults.onRequest('Produce', { times: 1, action });
    const old = await connect();
    void produce(old, 'late');
    await fault.struck();
    old.close();
    await allGone();
    const fresh = await connect();
    await produce(fresh, 'early');
    await until(() => fault.held === 0);
    expect((await log()).toSorted()).toEqual(['early', 'late']);
    fresh.close();
  });
});
