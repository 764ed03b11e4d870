import { describe, expect, it } from 'vitest';

import { DeliveryTimeoutError } from '../errors/delivery.errors.js';
import { sendAlone, testPipeline, warmPipeline } from '../pipeline/spec-support/test-pipeline.js';

const MESSAGE_TOO_LARGE = 10;
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;
const INVALID_PRODUCER_EPOCH = 47;
const INVALID_RECORD = 87;

describe('producer identity', () => {
  it('goes on under the next epoch after a batch was refused for good, and sends what stood behind it there', async () => {
    const test = await warmPipeline();
    const bad = await sendAlone(test, 'bad');
    const behind = await sendAlone(test, 'behind');
    const [first, second] = test.cluster.take();
    first!.refuse(MESSAGE_TOO_LARGE);
    await test.clock.settle();
    second!.refuse(OUT_OF_ORDER_SEQUENCE_NUMBER);
    await test.clock.advance(2_000);
    expect(bad.error).toMatchObject({ name: 'RecordTooLargeError' });
    const again = test.cluster.takeOne();
    expect(again.batches).toMatchObject([{ epoch: 1, sequence: 0, recordCount: 1 }]);
    again.acknowledge(0);
    await test.clock.settle();
    expect(behind.value?.offset).toBe('0');
  });

  it('never gives the sequence of a lost batch to another record', async () => {
    const test = testPipeline({ deliveryTimeoutMs: 40_000 });
    const lost = await sendAlone(test, 'lost');
    test.cluster.takeOne().lose();
    test.cluster.unreachable.add(1);
    let connected: () => void = () => {};
    test.cluster.onConnect = () => new Promise((resolve) => (connected = resolve));
    await test.clock.advance(41_000);
    expect(lost.error).toBeInstanceOf(DeliveryTimeoutError);
    expect(lost.error).toMatchObject({ persisted: 'possibly', attempts: 1 });
    test.cluster.unreachable.clear();
    connected();
    const next = await sendAlone(test, 'next');
    const request = test.cluster.takeOne();
    expect(request.batches).toMatchObject([{ epoch: 1, sequence: 0 }]);
    request.acknowledge(1);
    await test.clock.settle();
    expect(next.value?.offset).toBe('1');
  });

  it('raises the epoch before it sends past a batch that ran out of time on the wire', async () => {
    const test = testPipeline({ deliveryTimeoutMs: 40_000 });
    const lost = await sendAlone(test, 'lost');
    const unanswered = test.cluster.takeOne();
    await test.clock.advance(41_000);
    expect(lost.error).toMatchObject({ name: 'DeliveryTimeoutError', persisted: 'possibly' });
    const next = await sendAlone(test, 'next');
    expect(test.cluster.received).toHaveLength(0); // the old request may still be answered
    unanswered.lose();
    await test.clock.advance(2_000);
    const request = test.cluster.takeOne();
    expect(request.batches).toMatchObject([{ epoch: 1, sequence: 0 }]);
    request.acknowledge(1);
    await test.clock.settle();
    expect(next.state).toBe('resolved');
  });

  it('asks for a new producer id when the broker knows a later epoch of this one', async () => {
    const test = testPipeline();
    const sent = await sendAlone(test, 'a');
    const first = test.cluster.takeOne();
    first.refuse(INVALID_PRODUCER_EPOCH);
    await test.clock.advance(2_000);
    const again = test.cluster.takeOne();
    const producerIdOf = (bytes: Buffer): Buffer => bytes.subarray(43, 51);
    expect(producerIdOf(again.batches[0]!.bytes)).not.toEqual(producerIdOf(first.batches[0]!.bytes));
    expect(again.batches).toMatchObject([{ epoch: 0, sequence: 0 }]);
    again.acknowledge();
    await test.clock.settle();
    expect(sent.state).toBe('resolved');
  });

  it('asks for a new producer id after the last epoch of one', async () => {
    const test = testPipeline();
    const producerIds = [7, 8].map((id) => Buffer.alloc(8, id));
    const epochs = [32_766, 0];
    test.cluster.onInitProducerId = () =>
      Promise.resolve({ errorCode: 0, producerId: producerIds.shift()!, producerEpoch: epochs.shift()! });
    const stamps: (string | number)[][] = [];
    for (const value of ['first', 'second', 'third']) {
      const bad = await sendAlone(test, value);
      const request = test.cluster.takeOne();
      const { bytes, epoch, sequence } = request.batches[0]!;
      stamps.push([bytes[50]!, epoch, sequence]);
      request.refuse(INVALID_RECORD);
      await test.clock.settle();
      expect(bad.state).toBe('rejected');
    }
    expect(stamps).toEqual([
      [7, 32_766, 0],
      [7, 32_767, 0],
      [8, 0, 0],
    ]);
  });

  it('writes no producer id without idempotence', async () => {
    const test = testPipeline({ enableIdempotence: false });
    await sendAlone(test, 'a');
    expect(test.cluster.takeOne().batches).toMatchObject([{ epoch: -1, sequence: -1 }]);
  });

  it('sends no record before it has a producer id', async () => {
    const test = testPipeline();
    let acquire: () => void = () => {};
    test.cluster.onInitProducerId = () =>
      new Promise((resolve) => {
        acquire = () => resolve({ errorCode: 0, producerId: Buffer.alloc(8, 1), producerEpoch: 4 });
      });
    await sendAlone(test, 'a');
    expect(test.cluster.received).toHaveLength(0);
    acquire();
    await test.clock.settle();
    expect(test.cluster.takeOne().batches).toMatchObject([{ epoch: 4, sequence: 0 }]);
  });
});
