import { describe, expect, it } from 'vitest';

import { DeliveryRejectedError } from '../errors/delivery.errors.js';
import { sendAlone, testPipeline, track, warmPipeline } from '../pipeline/spec-support/test-pipeline.js';

const NOT_LEADER_OR_FOLLOWER = 6;
const NOT_ENOUGH_REPLICAS = 19;
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;
const DUPLICATE_SEQUENCE_NUMBER = 46;
const INVALID_RECORD = 87;

describe('sender', () => {
  it('takes the records of one turn in one request, and gives each its offset', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    const sent = ['a', 'b', 'c'].map((value) => pipeline.send({ topic: 't', value }));
    await clock.settle();
    const request = cluster.takeOne();
    expect(cluster.received).toHaveLength(0);
    expect(request.batches).toMatchObject([{ recordCount: 3, sequence: 0, epoch: 0 }]);
    request.acknowledge(40);
    const metadata = await Promise.all(sent);
    expect(metadata.map(({ offset }) => offset)).toEqual(['40', '41', '42']);
  });

  it('keeps five batches of a partition unanswered, not six, and numbers them in a row', async () => {
    const test = await warmPipeline();
    for (const value of ['a', 'b', 'c', 'd', 'e', 'f']) await sendAlone(test, value);
    expect(test.cluster.received.map(({ batches }) => batches[0]!.sequence)).toEqual([1, 2, 3, 4, 5]);
    test.cluster.takeOne().acknowledge(1);
    await test.clock.settle();
    expect(test.cluster.received.at(-1)!.batches[0]!.sequence).toBe(6);
  });

  it('keeps the order of a partition when the first of five batches in flight is refused', async () => {
    const test = await warmPipeline();
    const sent = [];
    for (const value of ['a', 'b', 'c', 'd', 'e']) sent.push(await sendAlone(test, value));
    const [first, ...others] = test.cluster.take();
    first!.refuse(NOT_ENOUGH_REPLICAS);
    await test.clock.settle();
    for (const other of others) other.refuse(OUT_OF_ORDER_SEQUENCE_NUMBER);
    const order: Buffer[] = [];
    for (let i = 0; i < 5; i++) {
      await test.clock.advance(2_000);
      const requests = test.cluster.take();
      expect(requests).toHaveLength(1); // only the lowest sequence is in flight
      order.push(requests[0]!.batches[0]!.bytes);
      requests[0]!.acknowledge(i + 1);
    }
    await test.clock.settle();
    const before = [first!, ...others].map(({ batches }) => batches[0]!.bytes);
    expect(order).toEqual(before); // in the old order, and byte for byte
    expect(sent.map(({ value }) => value?.offset)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('repeats a batch byte for byte when its acknowledgement was lost', async () => {
    const test = testPipeline();
    const sent = await sendAlone(test, 'a');
    const lost = test.cluster.takeOne();
    lost.lose();
    await test.clock.advance(2_000);
    const repeat = test.cluster.takeOne();
    expect(repeat.batches[0]!.bytes).toEqual(lost.batches[0]!.bytes);
    repeat.acknowledge(7);
    await test.clock.settle();
    expect(sent.value?.offset).toBe('7');
  });

  it('sends nothing new while a batch is on the wire again', async () => {
    const test = await warmPipeline();
    await sendAlone(test, 'a');
    test.cluster.takeOne().lose();
    await test.clock.advance(2_000);
    const repeat = test.cluster.takeOne();
    const next = await sendAlone(test, 'b');
    expect(test.cluster.received).toHaveLength(0);
    repeat.acknowledge(1);
    await test.clock.settle();
    test.cluster.takeOne().acknowledge(2);
    await test.clock.settle();
    expect(next.state).toBe('resolved');
  });

  it('waits between attempts, longer each time, within the configured bounds', async () => {
    const test = testPipeline({ retryBackoffMs: 100, retryBackoffMaxMs: 400 });
    await sendAlone(test, 'a');
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      test.cluster.takeOne().refuse(NOT_ENOUGH_REPLICAS);
      await test.clock.settle();
      const refusedAt = test.clock.now();
      while (test.cluster.received.length === 0) await test.clock.advance(1);
      waits.push(test.clock.now() - refusedAt);
    }
    const nominal = [100, 200, 400, 400];
    waits.forEach((wait, i) => {
      expect(wait).toBeGreaterThanOrEqual(nominal[i]! * 0.8);
      expect(wait).toBeLessThanOrEqual(Math.min(nominal[i]! * 1.2, 400) + 1);
    });
  });

  it('counts a repeat the broker recognised as delivered, without an offset when it names none', async () => {
    const test = testPipeline();
    const sent = await sendAlone(test, 'a');
    test.cluster.takeOne().refuse(DUPLICATE_SEQUENCE_NUMBER);
    await test.clock.settle();
    expect(sent).toMatchObject({ state: 'resolved', value: { topic: 't', partition: 0 } });
    expect(sent.value).not.toHaveProperty('offset');
  });

  it('never takes an answer that leaves a partition out for a success', async () => {
    const test = testPipeline();
    const sent = await sendAlone(test, 'a');
    const first = test.cluster.takeOne();
    first.answer(() => undefined);
    await test.clock.advance(2_000);
    expect(sent.state).toBe('pending');
    expect(test.cluster.takeOne().batches[0]!.bytes).toEqual(first.batches[0]!.bytes);
  });

  it('judges every partition by its own answer', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    cluster.addTopic('two', [1, 1]);
    const bad = track(pipeline.send({ topic: 'two', partition: 0, value: 'bad' }));
    const good = track(pipeline.send({ topic: 'two', partition: 1, value: 'good' }));
    await clock.settle();
    cluster.takeOne().answer(({ partition }) => (partition === 0 ? { errorCode: INVALID_RECORD } : { baseOffset: 3 }));
    await clock.settle();
    expect(bad.error).toBeInstanceOf(DeliveryRejectedError);
    expect(bad.error).toMatchObject({ persisted: 'no', errorCode: INVALID_RECORD });
    expect(good.value?.offset).toBe('3');
    const next = track(pipeline.send({ topic: 'two', partition: 1, value: 'next' }));
    await clock.settle();
    const request = cluster.takeOne();
    expect(request.batches[0]).toMatchObject({ partition: 1, sequence: 1, epoch: 0 });
    request.acknowledge(4);
    await clock.settle();
    expect(next.state).toBe('resolved');
  });

  it('reports a batch that was never written as not persisted', async () => {
    const test = testPipeline({ deliveryTimeoutMs: 40_000 });
    test.cluster.unreachable.add(1);
    test.cluster.onConnect = () => new Promise(() => {});
    const sent = await sendAlone(test, 'a');
    await test.clock.advance(41_000);
    expect(sent.error).toMatchObject({ name: 'DeliveryTimeoutError', persisted: 'no', attempts: 0 });
  });

  it('sends nothing to a new leader before the old one has answered for everything', async () => {
    const test = testPipeline();
    await sendAlone(test, 'a');
    const old = test.cluster.takeOne();
    test.cluster.addTopic('t', [2]);
    const second = await sendAlone(test, 'b');
    expect(test.cluster.received).toHaveLength(0);
    old.refuse(NOT_LEADER_OR_FOLLOWER);
    await test.clock.advance(2_000);
    const repeat = test.cluster.takeOne();
    expect(repeat).toMatchObject({ nodeId: 2 });
    repeat.acknowledge(0);
    await test.clock.settle();
    test.cluster.takeOne().acknowledge(1);
    await test.clock.settle();
    expect(second.value?.offset).toBe('1');
    expect(test.cluster.invalidated).toContainEqual({ topic: 't', hint: undefined });
  });

  it('passes a leader on that the answer names', async () => {
    const test = testPipeline();
    await sendAlone(test, 'a');
    const currentLeader = { leaderId: 2, leaderEpoch: 9 };
    test.cluster.takeOne().answer(() => ({ errorCode: NOT_LEADER_OR_FOLLOWER, currentLeader }));
    await test.clock.settle();
    const hint = { partition: 0, leaderId: 2, leaderEpoch: 9 };
    expect(test.cluster.invalidated).toContainEqual({ topic: 't', hint });
  });

  it('leaves a broker alone for as long as it asks', async () => {
    const test = testPipeline();
    await sendAlone(test, 'a');
    test.cluster.takeOne().answer(() => ({ baseOffset: 0 }), { throttleTimeMs: 500 });
    await test.clock.settle();
    await sendAlone(test, 'b');
    await test.clock.advance(499);
    expect(test.cluster.received).toHaveLength(0);
    await test.clock.advance(1);
    expect(test.cluster.received).toHaveLength(1);
  });

  it('gives up after the configured number of retries', async () => {
    const test = testPipeline({ enableIdempotence: false, retries: 2 });
    const sent = await sendAlone(test, 'a');
    for (let attempt = 0; attempt < 3; attempt++) {
      test.cluster.takeOne().refuse(NOT_ENOUGH_REPLICAS);
      await test.clock.advance(2_000);
    }
    expect(test.cluster.received).toHaveLength(0);
    expect(sent.error).toMatchObject({ name: 'DeliveryRejectedError', errorName: 'NOT_ENOUGH_REPLICAS', attempts: 3 });
  });

  it('takes the socket for the broker with acks 0', async () => {
    const test = testPipeline({ acks: 0, enableIdempotence: false });
    const sent = await sendAlone(test, 'a');
    expect(sent.value).toEqual({ topic: 't', partition: 0, timestamp: expect.any(Number) });
  });

  it('keeps no timer when everything is settled', async () => {
    const test = testPipeline();
    const sent = await sendAlone(test, 'a');
    expect(test.clock.pendingTimers).toBeGreaterThan(0);
    test.cluster.takeOne().acknowledge();
    await test.clock.settle();
    expect(sent.state).toBe('resolved');
    expect(test.clock.pendingTimers).toBe(0);
  });
});
