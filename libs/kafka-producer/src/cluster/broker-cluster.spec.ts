import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apis, errorCode, type ResponseInput } from 'kafka-wire';
import { AuthenticationError, AuthorizationError, UnknownTopicError } from '../errors/cluster-side.errors.js';
import { ProducerClosedError } from '../errors/delivery.errors.js';
import { InvalidRecordError } from '../errors/record.errors.js';
import { ManualClock } from '../support/manual-clock.js';
import { createBrokerCluster } from './broker-cluster.js';
import type { ClientSettings, ClusterSettings } from './cluster-settings.js';
import type { Cluster } from './cluster.js';
import {
  BrokerConnectError,
  ClusterUnavailableError,
  ConnectionLostError,
  UnsupportedVersionError,
} from './cluster.errors.js';
import { schemaRequest } from './schema-request.js';
import { ScriptedCluster, type ScriptedBroker } from './spec-support/scripted-cluster.js';

const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const OTHER_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAg';

let clock: ManualClock;
let kafka: ScriptedCluster;
let one: ScriptedBroker;
let two: ScriptedBroker;
let logged: [level: string, message: string][];
let cluster: Cluster;

function create(
  settings: Omit<Partial<ClusterSettings>, 'client'> & { client?: Partial<ClientSettings> } = {},
): Cluster {
  cluster = createBrokerCluster(
    { ...settings, client: { clientId: 'spec', brokers: ['broker-1:9092', 'broker-2:9092'], ...settings.client } },
    clock,
    (level, message) => logged.push([level, message]),
    { transport: kafka.transport, random: () => 0.5 },
  );
  return cluster;
}

/** Settles with the promise's outcome, moving time until there is one. */
async function outcome<T>(promise: Promise<T>, withinMs = 60_000): Promise<T | Error> {
  let settled = false;
  const result = promise
    .catch((error: unknown) => error as Error)
    .finally(() => {
      settled = true;
    });
  await clock.settle();
  for (let passedMs = 0; !settled && passedMs < withinMs; passedMs += 10) await clock.advance(10);
  if (!settled) throw new Error(`not settled within ${withinMs} ms`);
  return result;
}

const warnings = (): string[] => logged.filter(([level]) => level === 'warn').map(([, message]) => message);
const leaders = (topic: string): number[] | undefined => cluster.topic(topic)?.partitions.map(({ leader }) => leader);

beforeEach(() => {
  clock = new ManualClock();
  kafka = new ScriptedCluster();
  one = kafka.broker(1);
  two = kafka.broker(2);
  logged = [];
  kafka.topics = [
    {
      name: 'orders',
      topicId: TOPIC_ID,
      partitions: [
        { leaderId: 1, leaderEpoch: 5 },
        { leaderId: 2, leaderEpoch: 5 },
      ],
    },
  ];
});

afterEach(async () => {
  await cluster.close();
});

describe('topics', () => {
  it('makes no connection and no timer before it is asked for something', async () => {
    create();
    await clock.advance(600_000);
    expect(one.attempts + two.attempts).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('loads a topic with leaders, replicas and the partitions that can be written to', async () => {
    kafka.topics = [
      {
        name: 'orders',
        topicId: TOPIC_ID,
        partitions: [
          { leaderId: 1, leaderEpoch: 5 },
          { leaderId: -1, leaderEpoch: 6, errorCode: 5 },
        ],
      },
    ];
    const topic = await outcome(create().loadTopic('orders', 1_000));
    expect(topic).toMatchObject({ name: 'orders', topicId: TOPIC_ID, available: [0] });
    expect(topic).toHaveProperty('partitions.1', {
      partition: 1,
      leader: -1,
      leaderEpoch: 6,
      replicas: [],
      isr: [],
      errorCode: 5,
    });
    expect(cluster.topic('orders')).toBe(topic);
  });

  it('leaves no timer behind once what was asked for is known', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks for the topics of one event-loop turn in one request', async () => {
    kafka.topics = ['a', 'b', 'c'].map((name) => ({ name, partitions: [{ leaderId: 1 }] }));
    create();
    await outcome(Promise.all(['a', 'b', 'c', 'a'].map((name) => cluster.loadTopic(name, 1_000))));
    const asked = [...one.requestsOf('Metadata'), ...two.requestsOf('Metadata')].map(({ body }) =>
      body.topics?.map(({ name }) => name),
    );
    expect(asked).toEqual([['a', 'b', 'c']]);
  });

  it('shares one refresh among all topics that are invalidated while one is running, and spaces refreshes that bring nothing new', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    const before = one.requestsOf('Metadata').length + two.requestsOf('Metadata').length;
    const times: number[] = [];
    for (const broker of [one, two]) {
      broker.on('Metadata', ({ body }) => {
        times.push(clock.now());
        return kafka.metadata(body.topics?.map(({ name }) => name ?? '') ?? []);
      });
    }
    const startedMs = clock.now();
    for (let passedMs = 0; passedMs < 3_000; passedMs += 10) {
      cluster.invalidate('orders');
      await clock.advance(10);
    }
    expect(before).toBe(1);
    expect(times.map((time) => time - startedMs)).toEqual([100, 300, 700, 1500, 2500]);
  });

  it('keeps using old metadata while its refresh runs in the background', async () => {
    const topic = await outcome(create({ metadataMaxAgeMs: 10_000 }).loadTopic('orders', 1_000));
    await clock.advance(10_001);
    kafka.topics = [
      {
        name: 'orders',
        topicId: TOPIC_ID,
        partitions: [
          { leaderId: 2, leaderEpoch: 6 },
          { leaderId: 2, leaderEpoch: 5 },
        ],
      },
    ];
    expect(cluster.topic('orders')).toBe(topic);
    await clock.settle();
    expect(leaders('orders')).toEqual([2, 2]);
  });

  it('does not refresh what nobody uses', async () => {
    await outcome(create({ metadataMaxAgeMs: 10_000 }).loadTopic('orders', 1_000));
    const asked = one.requests.length + two.requests.length;
    await clock.advance(3_600_000);
    expect(one.requests.length + two.requests.length).toBe(asked);
  });

  it('forgets a topic nobody used for five minutes at the next refresh', async () => {
    kafka.topics.push({ name: 'other', partitions: [{ leaderId: 1 }] });
    await outcome(Promise.all([create().loadTopic('orders', 1_000), cluster.loadTopic('other', 1_000)]));
    await clock.advance(299_000);
    cluster.topic('other');
    await clock.advance(2_000);
    cluster.invalidate('other');
    await clock.advance(1_000);
    expect(cluster.topic('orders')).toBeUndefined();
    expect(cluster.topic('other')).toBeDefined();
  });

  it('waits for a topic whose leaders are being elected', async () => {
    kafka.topics = [{ name: 'orders', errorCode: errorCode('LEADER_NOT_AVAILABLE') }];
    const loading = outcome(create().loadTopic('orders', 10_000));
    await clock.advance(2_000);
    kafka.topics = [{ name: 'orders', partitions: [{ leaderId: 1 }] }];
    expect(await loading).toMatchObject({ available: [0] });
  });

  it('looks again while a partition has no leader, and tells when it has one', async () => {
    kafka.topics = [
      { name: 'orders', topicId: TOPIC_ID, partitions: [{ leaderId: -1, leaderEpoch: 5, errorCode: 5 }] },
    ];
    await outcome(create().loadTopic('orders', 1_000));
    const seen: unknown[] = [];
    cluster.onMetadataChange(() => seen.push(leaders('orders')));
    kafka.topics = [{ name: 'orders', topicId: TOPIC_ID, partitions: [{ leaderId: 2, leaderEpoch: 6 }] }];
    await clock.advance(1_000);
    expect(seen).toEqual([[2]]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('answers that are behind', () => {
  beforeEach(() => outcome(create().loadTopic('orders', 1_000)));

  async function refreshWith(topic: ScriptedCluster['topics'][number]): Promise<void> {
    kafka.topics = [topic];
    await clock.advance(1_000);
    cluster.invalidate('orders');
    await clock.advance(1_000);
  }

  it('ignores a leader of an older epoch', async () => {
    await refreshWith({
      name: 'orders',
      topicId: TOPIC_ID,
      partitions: [
        { leaderId: 2, leaderEpoch: 4 },
        { leaderId: 1, leaderEpoch: 6 },
      ],
    });
    expect(leaders('orders')).toEqual([1, 1]);
  });

  it('believes a lower epoch when the topic was created anew', async () => {
    await refreshWith({ name: 'orders', topicId: OTHER_TOPIC_ID, partitions: [{ leaderId: 2, leaderEpoch: 0 }] });
    expect(leaders('orders')).toEqual([2]);
  });

  it('keeps partitions that a broker has not heard of yet', async () => {
    await refreshWith({ name: 'orders', topicId: TOPIC_ID, partitions: [{ leaderId: 1, leaderEpoch: 5 }] });
    expect(leaders('orders')).toEqual([1, 2]);
  });

  it('follows the leader a produce response named at once, and asks the cluster as well', () => {
    const seen: unknown[] = [];
    cluster.onMetadataChange(() => seen.push(leaders('orders')));
    cluster.invalidate('orders', { partition: 0, leaderId: 2, leaderEpoch: 6 });
    expect(seen).toEqual([[2, 2]]);
    expect(clock.pendingTimers).toBe(1);
  });

  it('ignores a hint that is older than what it knows', () => {
    cluster.invalidate('orders', { partition: 0, leaderId: 2, leaderEpoch: 5 });
    expect(leaders('orders')).toEqual([1, 2]);
  });

  it('can reach a leader that only the hint has named', async () => {
    const three = kafka.broker(3);
    kafka.advertised = [one, two];
    cluster.invalidate('orders', { partition: 0, leaderId: 3, leaderEpoch: 6, ...three.endpoint });
    await outcome(cluster.connect(3, 'produce'));
    expect(cluster.isReady(3, 'produce')).toBe(true);
  });
});

describe('topics that cannot be used', () => {
  it('reports a missing topic after two answers that are at least a second apart', async () => {
    const error = await outcome(create().loadTopic('missing', 60_000));
    expect(error).toBeInstanceOf(UnknownTopicError);
    expect(clock.now()).toBeGreaterThanOrEqual(1_000);
    expect(clock.now()).toBeLessThan(1_200);
  });

  it('believes in a topic that appears within that second', async () => {
    const loading = outcome(create().loadTopic('late', 60_000));
    await clock.advance(500);
    kafka.topics.push({ name: 'late', partitions: [{ leaderId: 1 }] });
    expect(await loading).toMatchObject({ name: 'late' });
  });

  it('does not count an answer from before a long silence', async () => {
    create();
    const loading = outcome(cluster.loadTopic('late', 60_000));
    await clock.settle();
    one.isUp = two.isUp = false;
    one.hangUp();
    two.hangUp();
    await clock.advance(7_000);
    one.isUp = two.isUp = true;
    const backMs = clock.now();
    expect(await loading).toBeInstanceOf(UnknownTopicError);
    expect(clock.now()).toBeGreaterThanOrEqual(backMs + 1_000);
  });

  it('remembers a missing topic, fails at once, and notices in the background that it was created', async () => {
    await outcome(create().loadTopic('missing', 60_000));
    await clock.advance(2_000);
    kafka.topics.push({ name: 'missing', partitions: [{ leaderId: 1 }] });
    const sinceMs = clock.now();
    expect(await outcome(cluster.loadTopic('missing', 60_000))).toBeInstanceOf(UnknownTopicError);
    expect(clock.now()).toBe(sinceMs);
    expect(await outcome(cluster.loadTopic('missing', 60_000))).toMatchObject({ name: 'missing' });
  });

  it('drops a topic that was deleted, after the same two answers', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    kafka.topics = [];
    cluster.invalidate('orders');
    await clock.advance(500);
    expect(cluster.topic('orders')).toBeDefined();
    await clock.advance(1_000);
    expect(cluster.topic('orders')).toBeUndefined();
    expect(await outcome(cluster.loadTopic('orders', 1_000))).toBeInstanceOf(UnknownTopicError);
  });

  it('fails one topic for lack of authorisation, and not its neighbour', async () => {
    kafka.topics.push({ name: 'secret', errorCode: errorCode('TOPIC_AUTHORIZATION_FAILED') });
    create();
    const both = [outcome(cluster.loadTopic('secret', 1_000)), outcome(cluster.loadTopic('orders', 1_000))];
    const [secret, orders] = await Promise.all(both);
    expect(secret).toBeInstanceOf(AuthorizationError);
    expect(orders).toMatchObject({ name: 'orders' });
  });

  it('blames the record for a name the broker refuses', async () => {
    kafka.topics.push({ name: 'a b', errorCode: errorCode('INVALID_TOPIC_EXCEPTION') });
    expect(await outcome(create().loadTopic('a b', 1_000))).toBeInstanceOf(InvalidRecordError);
  });

  it('asks the cluster to create a missing topic when that is allowed, and waits for it', async () => {
    const loading = outcome(create({ allowAutoTopicCreation: true }).loadTopic('fresh', 60_000));
    await clock.advance(3_000);
    kafka.topics.push({ name: 'fresh', partitions: [{ leaderId: 1 }] });
    expect(await loading).toMatchObject({ name: 'fresh' });
    const asked = [...one.requestsOf('Metadata'), ...two.requestsOf('Metadata')];
    expect(asked.map(({ body }) => body.allowAutoTopicCreation)).not.toContain(false);
  });

  it('does not let the cluster create topics otherwise', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    const [request] = [...one.requestsOf('Metadata'), ...two.requestsOf('Metadata')];
    expect(request?.body.allowAutoTopicCreation).toBe(false);
  });

  it('says what it waited for, where, and why, when no broker can be reached', async () => {
    one.isUp = two.isUp = false;
    const error = await outcome(create().loadTopic('orders', 5_000));
    expect(error).toBeInstanceOf(ClusterUnavailableError);
    expect((error as Error).message).toMatch(
      /^No metadata of topic 'orders' within 5000 ms \(brokers: broker-1:9092, broker-2:9092\): .*ECONNREFUSED/,
    );
    expect(clock.now()).toBeLessThan(5_100);
  });
});

describe('brokers', () => {
  const request = schemaRequest(
    apis.InitProducerId,
    { transactionalId: null, transactionTimeoutMs: 1 },
    { timeoutMs: 1_000 },
  );

  it('uses the connection of the bootstrap address for the broker that listens there', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    expect(one.attempts + two.attempts).toBe(1);
    const nodeId = await cluster.anyNode();
    expect(cluster.isReady(nodeId, 'control')).toBe(true);
    expect(one.attempts + two.attempts).toBe(1);
  });

  it('opens one connection per purpose, on demand', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    kafka.advertised = [one, two];
    await outcome(
      Promise.all([cluster.connect(2, 'produce'), cluster.connect(2, 'produce'), cluster.connect(2, 'transaction')]),
    );
    const control = cluster.isReady(2, 'control') ? 1 : 0;
    expect(two.connections.size - control).toBe(2);
    expect(cluster.isReady(2, 'produce')).toBe(true);
    expect(cluster.isReady(1, 'produce')).toBe(false);
  });

  it('refuses to send on a connection that is not ready, saying that nothing was written', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    expect(await outcome(cluster.send(1, request, 'produce'))).toMatchObject({ written: false });
    expect(await outcome(cluster.send(77, request, 'produce'))).toBeInstanceOf(ConnectionLostError);
  });

  it('spaces attempts to reach a broker: 50 ms doubling to a second, and starts over after a success', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    two.isUp = false;
    two.hangUp();
    await clock.settle();
    const times: number[] = [];
    for (let i = 0; i < 8; i++) {
      await outcome(cluster.connect(2, 'produce'));
      times.push(clock.now());
    }
    const pauses = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(pauses.map((pause) => Math.round(pause / 10) * 10)).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
    two.isUp = true;
    await outcome(cluster.connect(2, 'produce'));
    two.isUp = false;
    two.hangUp();
    await clock.settle();
    const failedMs = clock.now();
    await outcome(cluster.connect(2, 'produce'));
    await outcome(cluster.connect(2, 'produce'));
    expect(clock.now() - failedMs).toBeLessThanOrEqual(60);
  });

  it('warns once when a broker goes down, and says once that it is back', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    logged = [];
    two.isUp = false;
    two.hangUp();
    await clock.settle();
    for (let i = 0; i < 20; i++) await outcome(cluster.connect(2, 'produce'));
    two.isUp = true;
    await outcome(cluster.connect(2, 'produce'));
    const visible = logged.filter(([level]) => level !== 'debug');
    expect(visible).toEqual([
      ['warn', expect.stringContaining('Could not connect to broker broker-2:9092')],
      ['log', 'Connected to broker 2 at broker-2:9092 again'],
    ]);
  });

  it('reaches a broker at its new address when it moved', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    await outcome(cluster.connect(2, 'produce'));
    kafka.advertised = [one];
    const moved = kafka.broker(2, 'elsewhere');
    await clock.advance(1_000);
    cluster.invalidate('orders');
    await clock.advance(1_000);
    expect(cluster.isReady(2, 'produce')).toBe(false);
    await outcome(cluster.connect(2, 'produce'));
    expect(moved.connections.size).toBeGreaterThan(0);
    expect(two.connections.size).toBe(0);
  });

  it('goes back to the bootstrap addresses when no known broker can be reached', async () => {
    const addresses = ['broker-1:9092'];
    await outcome(create({ client: { brokers: () => Promise.resolve(addresses) } }).loadTopic('orders', 1_000));
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
    cluster.invalidate('orders');
    await clock.advance(3_000);
    expect(leaders('orders')).toEqual([3, 3]);
    expect(cluster.brokers()).toEqual([{ nodeId: 3, host: 'new-home', port: 9092, connected: true }]);
  });

  it('replaces a connection that was idle for nine minutes when it is needed', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    await outcome(cluster.connect(2, 'produce'));
    await clock.advance(9 * 60_000 + 1);
    expect(cluster.isReady(2, 'produce')).toBe(false);
    await outcome(cluster.connect(2, 'produce'));
    expect(cluster.isReady(2, 'produce')).toBe(true);
    expect(warnings()).toEqual([]);
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
    await outcome(create().loadTopic('orders', 1_000));
    await outcome(cluster.connect(1, 'control'));
    const error = await outcome(cluster.send(1, { ...request, minVersion: 3 }, 'control'));
    expect(error).toBeInstanceOf(UnsupportedVersionError);
    expect((error as Error).message).toContain(
      'InitProducerId needs version 3 to 5 but broker broker-1:9092 offers 0 to 2',
    );
    expect(one.requestsOf('InitProducerId')).toEqual([]);
  });

  it('suspects a SASL listener when the connection is closed at the first request', async () => {
    for (const broker of [one, two]) broker.on('Metadata', () => 'hang up');
    const error = await outcome(create().ping(2_000));
    expect(error).toBeInstanceOf(ClusterUnavailableError);
    expect((error as Error).message).toContain('this is probably a SASL listener. Set client.sasl');
  });

  it('tells that a broker is gone which metadata does not name', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    expect(await outcome(cluster.connect(9, 'produce'))).toBeInstanceOf(BrokerConnectError);
  });
});

describe('credentials', () => {
  const sasl = { mechanism: 'plain', username: 'alice', password: 'secret' } as const;

  function requireSasl(sessionLifetimeMs = 0): void {
    for (const broker of [one, two]) {
      broker.on('SaslHandshake', ({ body }) => ({
        errorCode: body.mechanism === 'PLAIN' ? 0 : errorCode('UNSUPPORTED_SASL_MECHANISM'),
        mechanisms: ['PLAIN'],
      }));
      broker.on('SaslAuthenticate', ({ body }): ResponseInput<typeof apis.SaslAuthenticate> => {
        const accepted = body.authBytes.equals(Buffer.from('\0alice\0secret'));
        return accepted
          ? { sessionLifetimeMs }
          : { errorCode: errorCode('SASL_AUTHENTICATION_FAILED'), errorMessage: 'Invalid username or password' };
      });
    }
  }

  it('logs in before anything else is sent', async () => {
    requireSasl();
    expect(await outcome(create({ client: { sasl } }).loadTopic('orders', 1_000))).toMatchObject({ name: 'orders' });
    const broker = one.attempts > 0 ? one : two;
    expect(broker.requests.map(({ name }) => name)).toEqual([
      'ApiVersions',
      'SaslHandshake',
      'SaslAuthenticate',
      'Metadata',
    ]);
  });

  it('fails what waits when the credentials are refused, naming the mechanism, the broker and its reason', async () => {
    requireSasl();
    const error = await outcome(
      create({ client: { sasl: { ...sasl, password: 'wrong' } } }).loadTopic('orders', 60_000),
    );
    expect(error).toBeInstanceOf(AuthenticationError);
    expect((error as Error).message).toMatch(
      /broker-\d:9092 refused our credentials \(SASL PLAIN\).*Invalid username or password/,
    );
  });

  it('does not try refused credentials again and again', async () => {
    requireSasl();
    create({ client: { brokers: ['broker-1:9092'], sasl: { ...sasl, password: 'wrong' } } });
    for (let i = 0; i < 500; i++) {
      expect(await outcome(cluster.loadTopic('orders', 60_000))).toBeInstanceOf(AuthenticationError);
      await clock.advance(10);
    }
    expect(one.attempts).toBeLessThanOrEqual(4);
    expect(warnings()).toHaveLength(2);
  });

  it('names the mechanisms the broker offers when ours is not among them', async () => {
    requireSasl();
    const error = await outcome(
      create({ client: { sasl: { ...sasl, mechanism: 'scram-sha-256' } } }).loadTopic('orders', 60_000),
    );
    expect((error as Error).message).toContain('the broker does not offer SCRAM-SHA-256; it offers PLAIN');
  });

  it('takes a mechanism of the user’s own', async () => {
    requireSasl();
    for (const broker of [one, two]) {
      broker.on('SaslHandshake', () => ({ mechanisms: ['TICKET'] }));
      broker.on('SaslAuthenticate', ({ body }) => ({ authBytes: Buffer.from(`echo ${body.authBytes.toString()}`) }));
    }
    let answered: unknown;
    const ticket = {
      mechanism: 'ticket',
      authenticationProvider: ({ saslAuthenticate }: { saslAuthenticate: (args: object) => Promise<unknown> }) => ({
        authenticate: async () => {
          const request = { encode: () => Buffer.concat([Buffer.from([0, 0, 0, 3]), Buffer.from('abc')]) };
          const response = { decode: (raw: Buffer) => raw.subarray(4), parse: (data: Buffer) => data.toString() };
          answered = await saslAuthenticate({ request, response });
        },
      }),
    };
    await outcome(create({ client: { sasl: ticket as never } }).loadTopic('orders', 1_000));
    expect(answered).toBe('echo abc');
  });

  it('authenticates again before the session ends, when the connection is used, and holds requests back meanwhile', async () => {
    requireSasl(60_000);
    await outcome(create({ client: { sasl, brokers: ['broker-1:9092'] } }).loadTopic('orders', 1_000));
    await clock.advance(49_000);
    expect(cluster.isReady(1, 'control')).toBe(true);
    await clock.advance(1_001);
    expect(cluster.isReady(1, 'control')).toBe(false);
    await outcome(cluster.connect(1, 'control'));
    expect(cluster.isReady(1, 'control')).toBe(true);
    expect(one.requestsOf('SaslAuthenticate')).toHaveLength(2);
    expect(one.attempts).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on a provider that never answers', async () => {
    requireSasl();
    const hanging = {
      mechanism: 'plain',
      authenticationProvider: () => ({ authenticate: () => new Promise<void>(() => undefined) }),
    };
    const error = await outcome(
      create({ client: { sasl: hanging, authenticationTimeout: 3_000 } }).loadTopic('orders', 60_000),
    );
    expect((error as Error).message).toContain('not finished within 3000 ms (client.authenticationTimeout)');
  });
});

describe('coordinators', () => {
  it('asks once, however many want to know, and again when told that it moved', async () => {
    let coordinator = two;
    for (const broker of [one, two]) {
      broker.on('FindCoordinator', ({ body }) => ({
        coordinators: body.coordinatorKeys.map((key) => ({ key, nodeId: coordinator.nodeId, ...coordinator.endpoint })),
      }));
    }
    create();
    expect(await outcome(Promise.all([cluster.coordinator('group', 'g'), cluster.coordinator('group', 'g')]))).toEqual([
      2, 2,
    ]);
    coordinator = one;
    expect(await outcome(cluster.coordinator('group', 'g'))).toBe(2);
    cluster.invalidateCoordinator('group', 'g');
    expect(await outcome(cluster.coordinator('group', 'g'))).toBe(1);
  });

  it('waits while a coordinator is being elected, and does not for a refusal', async () => {
    let errors = [errorCode('COORDINATOR_NOT_AVAILABLE'), errorCode('COORDINATOR_LOAD_IN_PROGRESS')];
    for (const broker of [one, two]) {
      broker.on('FindCoordinator', ({ body }) => ({
        coordinators: body.coordinatorKeys.map((key) => ({
          key,
          nodeId: 2,
          ...two.endpoint,
          errorCode: errors.shift() ?? 0,
        })),
      }));
    }
    expect(await outcome(create().coordinator('transaction', 'tx'))).toBe(2);
    errors = [errorCode('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')];
    expect(await outcome(cluster.coordinator('transaction', 'other'))).toBeInstanceOf(AuthorizationError);
  });
});

describe('ping', () => {
  it('resolves once a broker answered', async () => {
    one.isUp = two.isUp = false;
    const pinged = outcome(create().ping(10_000));
    await clock.advance(2_000);
    one.isUp = true;
    expect(await pinged).toBeUndefined();
  });

  it('says why not, after the time it was given', async () => {
    one.isUp = two.isUp = false;
    const error = await outcome(create().ping(3_000));
    expect(error).toBeInstanceOf(ClusterUnavailableError);
    expect((error as Error).message).toContain('ECONNREFUSED');
    expect(clock.now()).toBeLessThan(3_100);
  });

  it('gives up at once when a broker refuses the credentials', async () => {
    for (const broker of [one, two]) {
      broker.on('SaslHandshake', () => ({ errorCode: errorCode('ILLEGAL_SASL_STATE') }));
    }
    const sasl = { mechanism: 'plain', username: 'alice', password: 'secret' } as const;
    const error = await outcome(create({ client: { sasl } }).ping(60_000));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect((error as Error).message).toContain('this listener does not use SASL');
  });
});

describe('close', () => {
  it('ends every wait, closes every socket, leaves no timer and refuses what comes later', async () => {
    await outcome(create().loadTopic('orders', 1_000));
    await outcome(cluster.connect(1, 'produce'));
    one.on('InitProducerId', () => 'silence');
    const waiting = [
      outcome(cluster.loadTopic('missing', 60_000)),
      outcome(cluster.send(1, schemaRequest(apis.InitProducerId, {}, { timeoutMs: 30_000 }), 'produce')),
    ];
    await clock.settle();
    two.isUp = false;
    await outcome(cluster.connect(2, 'transaction'));
    waiting.push(outcome(cluster.connect(2, 'transaction')));
    await cluster.close();
    const [load, send, connect] = await Promise.all(waiting);
    expect(load).toBeInstanceOf(ProducerClosedError);
    expect(send).toMatchObject({ written: true, cause: expect.any(ProducerClosedError) });
    expect(connect).toBeInstanceOf(ProducerClosedError);
    expect(kafka.openStreams.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
    expect(await outcome(cluster.loadTopic('orders', 1_000))).toBeInstanceOf(ProducerClosedError);
    expect(await outcome(cluster.connect(1, 'produce'))).toBeInstanceOf(ProducerClosedError);
    expect(await outcome(cluster.anyNode())).toBeInstanceOf(ProducerClosedError);
    expect(cluster.topic('orders')).toBeUndefined();
  });

  it('can be called while the first connection is being made, and twice', async () => {
    one.on('ApiVersions', () => 'silence');
    two.on('ApiVersions', () => 'silence');
    const loading = outcome(create().loadTopic('orders', 60_000));
    await clock.settle();
    await Promise.all([cluster.close(), cluster.close()]);
    expect(await loading).toBeInstanceOf(ProducerClosedError);
    expect(kafka.openStreams.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});
