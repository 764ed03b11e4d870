import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apis, errorCode } from 'kafka-wire';
import { AuthenticationError, AuthorizationError } from '../errors/cluster-side.errors.js';
import { ProducerClosedError } from '../errors/delivery.errors.js';
import { ClusterUnavailableError } from './cluster.errors.js';
import { schemaRequest } from './schema-request.js';
import { ClusterFixture } from './spec-support/cluster-fixture.js';

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

describe('coordinators', () => {
  it('asks once, however many want to know, and again when told that it moved', async () => {
    let coordinator = two;
    for (const broker of [one, two]) {
      broker.on('FindCoordinator', ({ body }) => ({
        coordinators: body.coordinatorKeys.map((key) => ({ key, nodeId: coordinator.nodeId, ...coordinator.endpoint })),
      }));
    }
    fixture.create();
    expect(
      await fixture.outcome(
        Promise.all([fixture.cluster.coordinator('group', 'g'), fixture.cluster.coordinator('group', 'g')]),
      ),
    ).toEqual([2, 2]);
    coordinator = one;
    expect(await fixture.outcome(fixture.cluster.coordinator('group', 'g'))).toBe(2);
    fixture.cluster.invalidateCoordinator('group', 'g');
    expect(await fixture.outcome(fixture.cluster.coordinator('group', 'g'))).toBe(1);
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
    expect(await fixture.outcome(fixture.create().coordinator('transaction', 'tx'))).toBe(2);
    errors = [errorCode('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')];
    expect(await fixture.outcome(fixture.cluster.coordinator('transaction', 'other'))).toBeInstanceOf(
      AuthorizationError,
    );
  });
});

describe('ping', () => {
  it('resolves once a broker answered', async () => {
    one.isUp = two.isUp = false;
    const pinged = fixture.outcome(fixture.create().ping(10_000));
    await clock.advance(2_000);
    one.isUp = true;
    expect(await pinged).toBeUndefined();
  });

  it('says why not, after the time it was given', async () => {
    one.isUp = two.isUp = false;
    const error = await fixture.outcome(fixture.create().ping(3_000));
    expect(error).toBeInstanceOf(ClusterUnavailableError);
    expect((error as Error).message).toContain('ECONNREFUSED');
    expect(clock.now()).toBeLessThan(3_100);
  });

  it('gives up at once when a broker refuses the credentials', async () => {
    for (const broker of [one, two]) {
      broker.on('SaslHandshake', () => ({ errorCode: errorCode('ILLEGAL_SASL_STATE') }));
    }
    const sasl = { mechanism: 'plain', username: 'alice', password: 'secret' } as const;
    const error = await fixture.outcome(fixture.create({ client: { sasl } }).ping(60_000));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect((error as Error).message).toContain('this listener does not use SASL');
  });
});

describe('close', () => {
  it('ends every wait, closes every socket, leaves no timer and refuses what comes later', async () => {
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    await fixture.outcome(fixture.cluster.connect(1, 'produce'));
    one.on('InitProducerId', () => 'silence');
    const waiting: Promise<unknown>[] = [
      fixture.outcome(fixture.cluster.loadTopic('missing', 60_000)),
      fixture.outcome(
        fixture.cluster.send(1, schemaRequest(apis.InitProducerId, {}, { timeoutMs: 30_000 }), 'produce'),
      ),
    ];
    await clock.settle();
    two.isUp = false;
    await fixture.outcome(fixture.cluster.connect(2, 'transaction'));
    waiting.push(fixture.outcome(fixture.cluster.connect(2, 'transaction')));
    await fixture.cluster.close();
    const [load, send, connect] = await Promise.all(waiting);
    expect(load).toBeInstanceOf(ProducerClosedError);
    expect(send).toMatchObject({ written: true, cause: expect.any(ProducerClosedError) });
    expect(connect).toBeInstanceOf(ProducerClosedError);
    expect(kafka.openStreams.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
    expect(await fixture.outcome(fixture.cluster.loadTopic('orders', 1_000))).toBeInstanceOf(ProducerClosedError);
    expect(await fixture.outcome(fixture.cluster.connect(1, 'produce'))).toBeInstanceOf(ProducerClosedError);
    expect(await fixture.outcome(fixture.cluster.anyNode())).toBeInstanceOf(ProducerClosedError);
    expect(fixture.cluster.topic('orders')).toBeUndefined();
  });

  it('resolves when the sockets are closed, not before', async () => {
    kafka.closesSlowly = true;
    await fixture.outcome(fixture.create().loadTopic('orders', 1_000));
    await fixture.cluster.close();
    expect(kafka.openStreams.size).toBe(0);
  });

  it('can be called while the first connection is being made, and twice', async () => {
    one.on('ApiVersions', () => 'silence');
    two.on('ApiVersions', () => 'silence');
    const loading = fixture.outcome(fixture.create().loadTopic('orders', 60_000));
    await clock.settle();
    await Promise.all([fixture.cluster.close(), fixture.cluster.close()]);
    expect(await loading).toBeInstanceOf(ProducerClosedError);
    expect(kafka.openStreams.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});
