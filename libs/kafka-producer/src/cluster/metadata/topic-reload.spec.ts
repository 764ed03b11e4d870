import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { UnknownTopicError } from '../../errors/cluster-side.errors.js';
import { ClusterUnavailableError } from '../cluster.errors.js';
import { ClusterFixture, TOPIC_ID } from '../spec-support/cluster-fixture.js';
import { answer } from '../spec-support/scripted-cluster.js';

let fixture: ClusterFixture;
let clock: ClusterFixture['clock'];
let kafka: ClusterFixture['kafka'];

beforeEach(async () => {
  fixture = new ClusterFixture();
  ({ clock, kafka } = fixture);
  await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
});

afterEach(() => fixture.cluster.close());

function grow(): void {
  const partitions = [1, 2, 1].map((leaderId) => ({ leaderId, leaderEpoch: 5 }));
  kafka.topics = [{ name: 'orders', topicId: TOPIC_ID, partitions }];
}

const asked = (): number => fixture.both.flatMap((broker) => broker.requestsOf('Metadata')).length;

describe('reloading a topic', () => {
  it('waits for an answer although the topic is known', async () => {
    grow();
    const topic = await fixture.outcome(fixture.cluster.reloadTopic('orders', 1_000));
    expect(topic).toHaveProperty('partitions.length', 3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not take the answer to an older question', async () => {
    const held: (() => void)[] = [];
    for (const broker of fixture.both) {
      broker.on('Metadata', (request, connection) => {
        const names = request.body.topics?.map(({ name }) => name ?? '') ?? [];
        const now = kafka.metadata(names);
        held.push(() => answer(connection, request, now));
        return 'silence';
      });
    }
    fixture.cluster.invalidate('orders');
    await clock.advance(200);
    grow(); // after the brokers have read the question
    const reloaded = fixture.cluster.reloadTopic('orders', 10_000);
    await clock.settle();
    expect(held).toHaveLength(1);
    held[0]!();
    await clock.advance(300);
    expect(held).toHaveLength(2);
    held[1]!();
    expect(await fixture.outcome(reloaded)).toHaveProperty('partitions.length', 3);
  });

  it('asks no more often than is allowed to ask, however many want to know', async () => {
    const before = asked();
    const startedMs = clock.now();
    for (let round = 0; round < 5; round++) {
      const all = Array.from({ length: 20 }, () => fixture.cluster.reloadTopic('orders', 10_000));
      await fixture.outcome(Promise.all(all));
    }
    expect(asked() - before).toBe(5);
    expect(clock.now() - startedMs).toBeGreaterThan(2_000);
  });

  it('gives up when no broker answers', async () => {
    for (const broker of fixture.both) {
      broker.isUp = false;
      broker.hangUp();
    }
    const error = await fixture.outcome(fixture.cluster.reloadTopic('orders', 3_000));
    expect(error).toBeInstanceOf(ClusterUnavailableError);
  });

  it('finds out that the topic is gone', async () => {
    kafka.topics = [];
    const error = await fixture.outcome(fixture.cluster.reloadTopic('orders', 10_000));
    expect(error).toBeInstanceOf(UnknownTopicError);
  });
});

describe('a topic that brokers are sure not to have', () => {
  beforeEach(async () => {
    kafka.topics = [];
    fixture.cluster.invalidate('orders');
    await clock.advance(1_500);
  });

  it('is told apart from one that is not known yet', () => {
    expect(fixture.cluster.refusal('orders')).toBeInstanceOf(UnknownTopicError);
    expect(fixture.cluster.refusal('never asked for')).toBeUndefined();
  });

  it('is not refused before they are sure', async () => {
    kafka.topics.push({ name: 'other', partitions: [{ leaderId: 1 }] });
    await fixture.outcome(fixture.cluster.loadTopic('other', 1_000));
    kafka.topics = [];
    fixture.cluster.invalidate('other');
    await clock.advance(500);
    expect(fixture.cluster.refusal('other')).toBeUndefined();
    await clock.advance(1_000);
    expect(fixture.cluster.refusal('other')).toBeInstanceOf(UnknownTopicError);
  });

  it('is asked for once a second at most, however often it is doubted', async () => {
    const before = asked();
    for (let passedMs = 0; passedMs < 10_000; passedMs += 10) {
      fixture.cluster.invalidate('orders');
      await clock.advance(10);
    }
    expect(asked() - before).toBeLessThanOrEqual(10);
    expect(asked() - before).toBeGreaterThan(5);
  });

  it('is not refused any more when it is there again', async () => {
    grow();
    fixture.cluster.invalidate('orders');
    await clock.advance(1_500);
    expect(fixture.cluster.refusal('orders')).toBeUndefined();
    expect(fixture.cluster.topic('orders')).toHaveProperty('partitions.length', 3);
  });
});
