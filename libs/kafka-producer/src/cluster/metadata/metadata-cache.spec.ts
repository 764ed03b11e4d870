import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from 'kafka-wire';
import { ClusterFixture, OTHER_TOPIC_ID, TOPIC_ID } from '../spec-support/cluster-fixture.js';
import type { ScriptedCluster } from '../spec-support/scripted-cluster.js';

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

describe('topics', () => {
  it('makes no connection and no timer before it is asked for something', async () => {
    fixture.create();
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
    const topic = await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    expect(topic).toMatchObject({ name: 'orders', topicId: TOPIC_ID, available: [0] });
    expect(topic).toHaveProperty('partitions.1', {
      partition: 1,
      leader: -1,
      leaderEpoch: 6,
      replicas: [],
      isr: [],
      errorCode: 5,
    });
    expect(fixture.cluster.topic('orders')).toBe(topic);
  });

  it('leaves no timer behind once what was asked for is known', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks for the topics of one event-loop turn in one request', async () => {
    kafka.topics = ['a', 'b', 'c'].map((name) => ({ name, partitions: [{ leaderId: 1 }] }));
    fixture.create();
    await fixture.outcome(Promise.all(['a', 'b', 'c', 'a'].map((name) => fixture.cluster.loadTopic(name, 1_000))));
    const asked = [...one.requestsOf('Metadata'), ...two.requestsOf('Metadata')].map(({ body }) =>
      body.topics?.map(({ name }) => name),
    );
    expect(asked).toEqual([['a', 'b', 'c']]);
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['undefined', undefined],
    ['40,000 characters', 'x'.repeat(40_000)],
  ])(
    'refuses a name that fits into no request, %s, without failing the topics it would be asked with',
    async (_title, name) => {
      const cluster = fixture.create();
      const refused = cluster.loadTopic(name as string, 1_000);
      const loaded = cluster.loadTopic('orders', 1_000);
      await expect(refused).rejects.toMatchObject({ name: 'UnknownTopicError' });
      expect(await fixture.outcome(loaded)).toMatchObject({ name: 'orders' });
    },
  );

  it('shares one refresh among all topics that are invalidated while one is running, and spaces refreshes that bring nothing new', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
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
      fixture.cluster.invalidate('orders');
      await clock.advance(10);
    }
    expect(before).toBe(1);
    expect(times.map((time) => time - startedMs)).toEqual([100, 300, 700, 1500, 2500]);
  });

  it('keeps using old metadata while its refresh runs in the background', async () => {
    const topic = await fixture.outcome(fixture.create({ metadataMaxAgeMs: 10_000 }).loadTopic('orders', 1_000));
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
    expect(fixture.cluster.topic('orders')).toBe(topic);
    await clock.settle();
    expect(fixture.leaders('orders')).toEqual([2, 2]);
  });

  it('does not refresh what nobody uses', async () => {
    await fixture.outcome(fixture.create({ metadataMaxAgeMs: 10_000 }).loadTopic('orders', 1_000));
    const asked = one.requests.length + two.requests.length;
    await clock.advance(3_600_000);
    expect(one.requests.length + two.requests.length).toBe(asked);
  });

  it('forgets a topic nobody used for five minutes at the next refresh', async () => {
    kafka.topics.push({ name: 'other', partitions: [{ leaderId: 1 }] });
    await fixture.outcome(
      Promise.all([fixture.create().loadTopic('orders', 1_000), fixture.cluster.loadTopic('other', 1_000)]),
    );
    await clock.advance(299_000);
    fixture.cluster.topic('other');
    await clock.advance(2_000);
    fixture.cluster.invalidate('other');
    await clock.advance(1_000);
    expect(fixture.cluster.topic('orders')).toBeUndefined();
    expect(fixture.cluster.topic('other')).toBeDefined();
  });

  it('waits for a topic whose leaders are being elected', async () => {
    kafka.topics = [{ name: 'orders', errorCode: errorCode('LEADER_NOT_AVAILABLE') }];
    const loading = fixture.outcome(fixture.create().loadTopic('orders', 10_000));
    await clock.advance(2_000);
    kafka.topics = [{ name: 'orders', partitions: [{ leaderId: 1 }] }];
    expect(await loading).toMatchObject({ available: [0] });
  });

  it('looks again while a partition has no leader, and tells when it has one', async () => {
    kafka.topics = [
      { name: 'orders', topicId: TOPIC_ID, partitions: [{ leaderId: -1, leaderEpoch: 5, errorCode: 5 }] },
    ];
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    const seen: unknown[] = [];
    fixture.cluster.onMetadataChange(() => seen.push(fixture.leaders('orders')));
    kafka.topics = [{ name: 'orders', topicId: TOPIC_ID, partitions: [{ leaderId: 2, leaderEpoch: 6 }] }];
    await clock.advance(1_000);
    expect(seen).toEqual([[2]]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('answers that are behind', () => {
  beforeEach(() => fixture.outcome(fixture.create().loadTopic('orders', 1_000)));

  async function refreshWith(topic: ScriptedCluster['topics'][number]): Promise<void> {
    kafka.topics = [topic];
    await clock.advance(1_000);
    fixture.cluster.invalidate('orders');
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
    expect(fixture.leaders('orders')).toEqual([1, 1]);
  });

  it('believes a lower epoch when the topic was created anew', async () => {
    await refreshWith({ name: 'orders', topicId: OTHER_TOPIC_ID, partitions: [{ leaderId: 2, leaderEpoch: 0 }] });
    expect(fixture.leaders('orders')).toEqual([2]);
  });

  it('keeps partitions that a broker has not heard of yet', async () => {
    await refreshWith({ name: 'orders', topicId: TOPIC_ID, partitions: [{ leaderId: 1, leaderEpoch: 5 }] });
    expect(fixture.leaders('orders')).toEqual([1, 2]);
  });

  it('follows the leader a produce response named at once, and asks the cluster as well', () => {
    const seen: unknown[] = [];
    fixture.cluster.onMetadataChange(() => seen.push(fixture.leaders('orders')));
    fixture.cluster.invalidate('orders', { partition: 0, leaderId: 2, leaderEpoch: 6 });
    expect(seen).toEqual([[2, 2]]);
    expect(clock.pendingTimers).toBe(1);
  });

  it('ignores a hint that is older than what it knows', () => {
    fixture.cluster.invalidate('orders', { partition: 0, leaderId: 2, leaderEpoch: 5 });
    expect(fixture.leaders('orders')).toEqual([1, 2]);
  });

  it('can reach a leader that only the hint has named', async () => {
    const three = kafka.broker(3);
    kafka.advertised = [one, two];
    fixture.cluster.invalidate('orders', { partition: 0, leaderId: 3, leaderEpoch: 6, ...three.endpoint });
    await fixture.outcome(fixture.cluster.connect(3, 'produce'));
    expect(fixture.cluster.isReady(3, 'produce')).toBe(true);
  });
});
