import { describe, expect, it } from 'vitest';

import { sendAlone, testPipeline, warmPipeline } from '../pipeline/spec-support/test-pipeline.js';

const NOT_ENOUGH_REPLICAS = 19;
const TOPIC_AUTHORIZATION_FAILED = 29;
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;
const CLUSTER_AUTHORIZATION_FAILED = 31;

describe('a broker that knows nothing of a producer yet', () => {
  it('gets its first batch alone: it would accept the second one when the first is refused', async () => {
    const test = testPipeline();
    const first = await sendAlone(test, 'first');
    const second = await sendAlone(test, 'second');
    expect(test.cluster.received).toHaveLength(1);
    test.cluster.takeOne().refuse(NOT_ENOUGH_REPLICAS);
    await test.clock.advance(2_000);
    test.cluster.takeOne().acknowledge(0);
    await test.clock.settle();
    test.cluster.takeOne().acknowledge(1);
    await test.clock.settle();
    expect([first.value?.offset, second.value?.offset]).toEqual(['0', '1']);
  });

  it('gets the first batch for a topic that was created anew alone, too', async () => {
    const test = testPipeline();
    test.cluster.addTopic('t', [1], 'old');
    await sendAlone(test, 'before');
    test.cluster.takeOne().acknowledge(0);
    await test.clock.settle();
    test.cluster.addTopic('t', [1], 'new');
    await sendAlone(test, 'first');
    await sendAlone(test, 'second');
    expect(test.cluster.received).toHaveLength(1);
    test.cluster.takeOne().acknowledge(0);
    await test.clock.settle();
    expect(test.cluster.received).toHaveLength(1);
  });

  it('knows the producer by its next epoch, too: batches of it go side by side', async () => {
    const test = await warmPipeline();
    await sendAlone(test, 'bad');
    test.cluster.takeOne().refuse(87);
    await test.clock.settle();
    await sendAlone(test, 'a');
    await sendAlone(test, 'b');
    const stamps = test.cluster.received.map(({ batches }) => [batches[0]!.epoch, batches[0]!.sequence]);
    expect(stamps).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('is asked without idempotence as often as is allowed', async () => {
    const test = testPipeline({ enableIdempotence: false, maxInFlightRequestsPerConnection: 2 });
    for (const value of ['a', 'b', 'c']) await sendAlone(test, value);
    expect(test.cluster.received).toHaveLength(2);
  });
});

describe('a refused sequence', () => {
  it('ends a batch that may be in the log, instead of sending it under another one', async () => {
    const test = await warmPipeline({ deliveryTimeoutMs: 40_000, retryBackoffMs: 5_000, retryBackoffMaxMs: 5_000 });
    const given = await sendAlone(test, 'given up');
    await test.clock.advance(1_000);
    const behind = await sendAlone(test, 'behind');
    for (const request of test.cluster.take()) request.lose();
    test.cluster.unreachable.add(1);
    let connected: () => void = () => {};
    test.cluster.onConnect = () => new Promise((resolve) => (connected = resolve));
    await test.clock.advance(39_000);
    expect(given.error).toMatchObject({ name: 'DeliveryTimeoutError', persisted: 'possibly' });
    test.cluster.unreachable.clear();
    connected();
    await test.clock.settle();
    test.cluster.takeOne().refuse(OUT_OF_ORDER_SEQUENCE_NUMBER); // the first attempt may still lie unread in a slow broker
    await test.clock.settle();
    expect(behind.error).toMatchObject({ errorName: 'OUT_OF_ORDER_SEQUENCE_NUMBER', persisted: 'possibly' });
    await test.clock.advance(60_000);
    expect(test.cluster.received).toHaveLength(0);
  });

  it('is no reason to hurry when nothing explains it', async () => {
    const test = await warmPipeline();
    await sendAlone(test, 'a');
    test.cluster.takeOne().refuse(OUT_OF_ORDER_SEQUENCE_NUMBER);
    await test.clock.advance(70);
    expect(test.cluster.received).toHaveLength(0);
    await test.clock.advance(50);
    expect(test.cluster.takeOne().batches).toMatchObject([{ epoch: 1, sequence: 0 }]);
  });

  it('counts among the retries', async () => {
    const test = await warmPipeline({ retries: 1 });
    const sent = await sendAlone(test, 'a');
    for (let attempt = 0; attempt < 2; attempt++) {
      test.cluster.takeOne().refuse(OUT_OF_ORDER_SEQUENCE_NUMBER);
      await test.clock.advance(2_000);
    }
    expect(test.cluster.received).toHaveLength(0);
    expect(sent.error).toMatchObject({ errorName: 'OUT_OF_ORDER_SEQUENCE_NUMBER', persisted: 'no', attempts: 2 });
  });
});

describe('a refusal of rights', () => {
  it.each([
    { code: TOPIC_AUTHORIZATION_FAILED, resource: 'topic' },
    { code: CLUSTER_AUTHORIZATION_FAILED, resource: 'cluster' },
  ])('with $code names the $resource when the record cannot be in the log', async ({ code, resource }) => {
    const test = testPipeline();
    const sent = await sendAlone(test, 'a');
    test.cluster.takeOne().refuse(code);
    await test.clock.settle();
    expect(sent.error).toMatchObject({ name: 'AuthorizationError', resource });
  });

  it.each([TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED])(
    'with %i after an answer was lost says that the record may be in the log',
    async (code) => {
      const test = testPipeline();
      const sent = await sendAlone(test, 'a');
      test.cluster.takeOne().lose();
      await test.clock.advance(2_000);
      test.cluster.takeOne().refuse(code);
      await test.clock.settle();
      expect(sent.error).toMatchObject({ name: 'DeliveryRejectedError', errorCode: code, persisted: 'possibly' });
    },
  );

  it('of a producer id fails what waits for it and leaves no timer behind', async () => {
    const test = testPipeline({ lingerMs: 5 });
    const answer = { errorCode: CLUSTER_AUTHORIZATION_FAILED, producerId: Buffer.alloc(8), producerEpoch: 0 };
    test.cluster.onInitProducerId = () => Promise.resolve(answer);
    const sent = await sendAlone(test, 'a');
    await test.clock.advance(5);
    expect(sent.error).toMatchObject({ name: 'AuthorizationError' });
    expect(test.clock.pendingTimers).toBe(0);
  });
});
