import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apis } from 'kafka-wire';
import {
  BrokerConnectError,
  ClusterUnavailableError,
  ConnectionLostError,
  UnsupportedVersionError,
} from './cluster.errors.js';
import { schemaRequest } from './schema-request.js';
import { ClusterFixture, TOPIC_ID } from './spec-support/cluster-fixture.js';

let fixture: ClusterFixture;
let clock: ClusterFixture['clock'];
let kafka: ClusterFixture['kafka'];
let one: ClusterFixture['one'];
let two: ClusterFixture['two'];

beforeEach(() => {
  fixture = new ClusterFixture();
  ({ clock, kafka, one, two } = fixture);
});

afterEach(async () => {
  await fixture.cluster.close();
});

describe('brokers', () => {
  const request = schemaRequest(
    apis.InitProducerId,
    { transactionalId: null, transactionTimeoutMs: 1 },
    { timeoutMs: 1_000 },
  );

  it('uses the connection of the bootstrap address for the broker that listens there', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    expect(one.attempts + two.attempts).toBe(1);
    const nodeId = await fixture.cluster.anyNode();
    expect(fixture.cluster.isReady(nodeId, 'control')).toBe(true);
    expect(one.attempts + two.attempts).toBe(1);
  });

  it('opens one connection per purpose, on demand', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    kafka.advertised = [one, two];
    await fixture.outcome(
      Promise.all([
        fixture.cluster.connect(2, 'produce'),
        fixture.cluster.connect(2, 'produce'),
        fixture.cluster.connect(2, 'transaction'),
      ]),
    );
    const control = fixture.cluster.isReady(2, 'control') ? 1 : 0;
    expect(two.connections.size - control).toBe(2);
    expect(fixture.cluster.isReady(2, 'produce')).toBe(true);
    expect(fixture.cluster.isReady(1, 'produce')).toBe(false);
  });

  it('refuses to send on a connection that is not ready, saying that nothing was written', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    expect(await fixture.outcome(fixture.cluster.send(1, request, 'produce'))).toMatchObject({ written: false });
    expect(await fixture.outcome(fixture.cluster.send(77, request, 'produce'))).toBeInstanceOf(ConnectionLostError);
  });

  it('spaces attempts to reach a broker: 50 ms doubling to a second, and starts over after a success', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    two.isUp = false;
    two.hangUp();
    await clock.settle();
    const times: number[] = [];
    for (let i = 0; i < 8; i++) {
      await fixture.outcome(fixture.cluster.connect(2, 'produce'));
      times.push(clock.now());
    }
    const pauses = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(pauses.map((pause) => Math.round(pause / 10) * 10)).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
    two.isUp = true;
    await fixture.outcome(fixture.cluster.connect(2, 'produce'));
    await clock.advance(1_000);
    two.isUp = false;
    two.hangUp();
    await clock.settle();
    const failedMs = clock.now();
    await fixture.outcome(fixture.cluster.connect(2, 'produce'));
    await fixture.outcome(fixture.cluster.connect(2, 'produce'));
    expect(clock.now() - failedMs).toBeLessThanOrEqual(60);
  });

  it('does not spin on a broker that accepts every connection and hangs up', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    const before = two.attempts;
    const startedMs = clock.now();
    while (clock.now() - startedMs < 5_000) {
      await fixture.outcome(fixture.cluster.connect(2, 'produce'));
      two.hangUp();
      await clock.settle();
    }
    expect(two.attempts - before).toBeLessThan(15);
  });

  it('warns once when a broker goes down, and says once that it is back', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    fixture.logged = [];
    two.isUp = false;
    two.hangUp();
    await clock.settle();
    for (let i = 0; i < 20; i++) await fixture.outcome(fixture.cluster.connect(2, 'produce'));
    two.isUp = true;
    await fixture.outcome(fixture.cluster.connect(2, 'produce'));
    const visible = fixture.logged.filter(([level]) => level !== 'debug');
    expect(visible).toEqual([
      ['warn', expect.stringContaining('Could not connect to broker broker-2:9092')],
      ['log', 'Connected to broker 2 at broker-2:9092 again'],
    ]);
  });

  it('reaches a broker at its new address when it moved', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    await fixture.outcome(fixture.cluster.connect(2, 'produce'));
    kafka.advertised = [one];
    const moved = kafka.broker(2, 'elsewhere');
    await clock.advance(1_000);
    fixture.cluster.invalidate('orders');
    await clock.advance(1_000);
    expect(fixture.cluster.isReady(2, 'produce')).toBe(false);
    await fixture.outcome(fixture.cluster.connect(2, 'produce'));
    expect(moved.connections.size).toBeGreaterThan(0);
    expect(two.connections.size).toBe(0);
  });

  it('goes back to the bootstrap addresses when no known broker can be reached', async () => {
    const addresses = ['broker-1:9092'];
    await fixture.outcome(
      fixture.create({ client: { brokers: () => Promise.resolve(addresses) } }).loadTopic('orders', 1_000),
    );
    one.isUp = two.isUp = false;
    one.hangUp();
    two.hangUp();
    await clock.settle();
    const three = kafka.broker(3, 'new-home');
    kafka.advertised = [three];
    kafka.topics = [
      {
        name: 'orders',
        topicId: TOPIC_ID,
        partitions: [
          { leaderId: 3, leaderEpoch: 7 },
          { leaderId: 3, leaderEpoch: 7 },
        ],
      },
    ];
    addresses.splice(0, 1, 'new-home:9092');
    fixture.cluster.invalidate('orders');
    await clock.advance(3_000);
    expect(fixture.leaders('orders')).toEqual([3, 3]);
    expect(fixture.cluster.brokers()).toEqual([{ nodeId: 3, host: 'new-home', port: 9092, connected: true }]);
  });

  it('replaces a connection that was idle for nine minutes when it is needed', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    await fixture.outcome(fixture.cluster.connect(2, 'produce'));
    await clock.advance(9 * 60_000 + 1);
    expect(fixture.cluster.brokers()).toMatchObject([{ connected: true }, { connected: true }]);
    expect(fixture.cluster.isReady(2, 'produce')).toBe(false);
    await fixture.outcome(fixture.cluster.connect(2, 'produce'));
    expect(fixture.cluster.isReady(2, 'produce')).toBe(true);
    expect(fixture.warnings).toEqual([]);
  });

  it('says which versions are missing, without sending anything', async () => {
    for (const broker of [one, two]) {
      broker.on('ApiVersions', () => ({
        apiKeys: [
          { apiKey: 3, minVersion: 4, maxVersion: 13 },
          { apiKey: 22, minVersion: 0, maxVersion: 2 },
        ],
      }));
    }
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    await fixture.outcome(fixture.cluster.connect(1, 'control'));
    const error = await fixture.outcome(fixture.cluster.send(1, { ...request, minVersion: 3 }, 'control'));
    expect(error).toBeInstanceOf(UnsupportedVersionError);
    expect((error as Error).message).toContain(
      'InitProducerId needs version 3 to 5 but broker broker-1:9092 offers 0 to 2',
    );
    expect(one.requestsOf('InitProducerId')).toEqual([]);
  });

  it('suspects a SASL listener when the connection is closed at the first request', async () => {
    for (const broker of [one, two]) broker.on('Metadata', () => 'hang up');
    const error = await fixture.outcome(fixture.create().ping(2_000));
    expect(error).toBeInstanceOf(ClusterUnavailableError);
    expect((error as Error).message).toContain('this is probably a SASL listener. Set client.sasl');
  });

  it('tells that a broker is gone which metadata does not name', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    const startedMs = clock.now();
    expect(await fixture.outcome(fixture.cluster.connect(9, 'produce'))).toBeInstanceOf(BrokerConnectError);
    expect(clock.now()).toBeGreaterThan(startedMs);
  });
});
