import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from 'kafka-wire';
import { AuthorizationError, UnknownTopicError } from '../../errors/cluster-side.errors.js';
import { InvalidRecordError } from '../../errors/record.errors.js';
import { ClusterUnavailableError } from '../cluster.errors.js';
import { ClusterFixture } from '../spec-support/cluster-fixture.js';

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

describe('topics that cannot be used', () => {
  it('reports a missing topic after two answers that are at least a second apart', async () => {
    const error = await fixture.outcome(fixture.create().loadTopic('missing', 60_000));
    expect(error).toBeInstanceOf(UnknownTopicError);
    expect(clock.now()).toBeGreaterThanOrEqual(1_000);
    expect(clock.now()).toBeLessThan(1_200);
  });

  it('believes in a topic that appears within that second', async () => {
    const loading = fixture.outcome(fixture.create().loadTopic('late', 60_000));
    await clock.advance(500);
    kafka.topics.push({ name: 'late', partitions: [{ leaderId: 1 }] });
    expect(await loading).toMatchObject({ name: 'late' });
  });

  it('does not count an answer from before a long silence', async () => {
    fixture.create();
    const loading = fixture.outcome(fixture.cluster.loadTopic('late', 60_000));
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
    await fixture.outcome(fixture.create().loadTopic('missing', 60_000));
    await clock.advance(2_000);
    kafka.topics.push({ name: 'missing', partitions: [{ leaderId: 1 }] });
    const sinceMs = clock.now();
    expect(await fixture.outcome(fixture.cluster.loadTopic('missing', 60_000))).toBeInstanceOf(UnknownTopicError);
    expect(clock.now()).toBe(sinceMs);
    expect(await fixture.outcome(fixture.cluster.loadTopic('missing', 60_000))).toMatchObject({ name: 'missing' });
  });

  it('looks for a missing topic in the background as long as it was used in the last minute', async () => {
    await fixture.outcome(fixture.create().loadTopic('missing', 60_000));
    const asked = fixture.both.flatMap((broker) => broker.requestsOf('Metadata')).length;
    await clock.advance(10 * 60_000);
    const looked = fixture.both.flatMap((broker) => broker.requestsOf('Metadata')).length - asked;
    expect(looked).toBeGreaterThan(5);
    expect(looked).toBeLessThan(15);
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells when a topic that was missing exists, to whoever still has records for it', async () => {
    await fixture.outcome(fixture.create().loadTopic('missing', 60_000));
    let told = 0;
    fixture.cluster.onMetadataChange(() => told++);
    fixture.cluster.invalidate('missing');
    kafka.topics.push({ name: 'missing', partitions: [{ leaderId: 1 }] });
    await clock.advance(2_000);
    expect(told).toBe(1);
    expect(fixture.leaders('missing')).toEqual([1]);
  });

  it('drops a topic that was deleted, after the same two answers', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    kafka.topics = [];
    fixture.cluster.invalidate('orders');
    await clock.advance(500);
    expect(fixture.cluster.topic('orders')).toBeDefined();
    await clock.advance(1_000);
    expect(fixture.cluster.topic('orders')).toBeUndefined();
    expect(await fixture.outcome(fixture.cluster.loadTopic('orders', 1_000))).toBeInstanceOf(UnknownTopicError);
  });

  it('fails one topic for lack of authorisation, and not its neighbour', async () => {
    kafka.topics.push({ name: 'secret', errorCode: errorCode('TOPIC_AUTHORIZATION_FAILED') });
    fixture.create();
    const both = [
      fixture.outcome(fixture.cluster.loadTopic('secret', 1_000)),
      fixture.outcome(fixture.cluster.loadTopic('orders', 1_000)),
    ];
    const [secret, orders] = await Promise.all(both);
    expect(secret).toBeInstanceOf(AuthorizationError);
    expect(orders).toMatchObject({ name: 'orders' });
  });

  it('blames the record for a name the broker refuses', async () => {
    kafka.topics.push({ name: 'a b', errorCode: errorCode('INVALID_TOPIC_EXCEPTION') });
    expect(await fixture.outcome(fixture.create().loadTopic('a b', 1_000))).toBeInstanceOf(InvalidRecordError);
  });

  it('asks the cluster to create a missing topic when that is allowed, and waits for it', async () => {
    const loading = fixture.outcome(fixture.create({ allowAutoTopicCreation: true }).loadTopic('fresh', 60_000));
    await clock.advance(3_000);
    kafka.topics.push({ name: 'fresh', partitions: [{ leaderId: 1 }] });
    expect(await loading).toMatchObject({ name: 'fresh' });
    const asked = [...one.requestsOf('Metadata'), ...two.requestsOf('Metadata')];
    expect(asked.map(({ body }) => body.allowAutoTopicCreation)).not.toContain(false);
  });

  it('does not let the cluster create topics otherwise', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    const [request] = [...one.requestsOf('Metadata'), ...two.requestsOf('Metadata')];
    expect(request?.body.allowAutoTopicCreation).toBe(false);
  });

  it('says what it waited for, where, and why, when no broker can be reached', async () => {
    one.isUp = two.isUp = false;
    const error = await fixture.outcome(fixture.create().loadTopic('orders', 5_000));
    expect(error).toBeInstanceOf(ClusterUnavailableError);
    expect((error as Error).message).toMatch(
      /^No metadata of topic 'orders' within 5000 ms \(brokers: broker-1:9092, broker-2:9092\): .*ECONNREFUSED/,
    );
    expect(clock.now()).toBeLessThan(5_100);
  });
});
