import { describe, expect, it } from 'vitest';

import { FaultStage, kindsOf, ORDERS } from './support/fault-stage.js';

/** A batch for each record, five in flight. */
const SINGLY = { batchSizeBytes: 0 };

// answers lost, connections cut, sequences refused.
describe('each record once and in order', () => {
  it.each([1, 5, 20])('F1: when an answer is lost, with %i sends at a time', async (count) => {
    const stage = await FaultStage.open(SINGLY);
    await stage.run(() => stage.warmUp());
    const fault = stage.kafka.faults.onResponse('Produce', { times: 1, action: 'drop' });
    expect(kindsOf(await stage.run(() => stage.send(count)))).toEqual(['ok']);
    expect(fault.hits).toBe(1);
    expect(await stage.verdict()).toBe('');
  });

  it.each([
    ['F2', 'onResponse', 'after'],
    ['F3', 'onRequest', 'before'],
  ] as const)('%s: when the connection is reset (%s) %s the append', async (_, side, _when) => {
    const stage = await FaultStage.open(SINGLY);
    await stage.run(() => stage.warmUp());
    const fault = stage.kafka.faults[side]('Produce', { times: 1, action: 'cut' });
    expect(kindsOf(await stage.run(() => stage.send(10)))).toEqual(['ok']);
    expect([fault.hits, stage.watch.lost > 0]).toEqual([1, true]);
    expect(await stage.verdict()).toBe('');
  });

  it.each([1, 3])(
    'F4: when nothing is answered until the delivery timeout, and %i records follow',
    async (following) => {
      const stage = await FaultStage.open({ deliveryTimeoutMs: 1_000 });
      await stage.run(() => stage.warmUp());
      const fault = stage.kafka.faults.onResponse('Produce', { action: 'drop' });
      expect(kindsOf(await stage.run(() => stage.send(1)))).toEqual(['fail-possibly']);
      fault.heal();
      expect(kindsOf(await stage.run(() => stage.send(following)))).toEqual(['ok']);
      const epochs = (await stage.kafka.recordsIn(ORDERS)).map(({ producer }) => producer?.epoch);
      expect([fault.hits > 0, epochs.at(0), epochs.at(-1)]).toEqual([true, 0, 1]);
      expect(await stage.verdict()).toBe('');
    },
  );

  it('F5: when the first of five batches in flight is refused', async () => {
    const stage = await FaultStage.open(SINGLY);
    await stage.run(() => stage.warmUp());
    const fault = stage.kafka.faults.onRequest('Produce', { times: 1, action: { errorCode: 'NOT_ENOUGH_REPLICAS' } });
    expect(kindsOf(await stage.run(() => stage.send(5)))).toEqual(['ok']);
    expect([fault.hits, stage.watch.countOf('OUT_OF_ORDER_SEQUENCE_NUMBER')]).toEqual([1, 4]);
    expect(await stage.verdict()).toBe('');
  });

  it.each([
    ['the first', 0, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    ['another', 2, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    ['the first', 0, 'UNKNOWN_PRODUCER_ID'],
    ['the first', 0, 'INVALID_PRODUCER_EPOCH'],
  ] as const)('F6: when %s batch in flight (%i) is answered %s', async (_, skip, errorCode) => {
    const stage = await FaultStage.open(SINGLY);
    await stage.run(() => stage.warmUp());
    const fault = stage.kafka.faults.onRequest('Produce', { times: 1, skip, action: { errorCode } });
    expect(kindsOf(await stage.run(() => stage.send(5)))).toEqual(['ok']);
    expect(fault.hits).toBe(1);
    expect(await stage.verdict()).toBe('');
  });

  it('F7: when brokers have forgotten the producer after a long rest, and refuse its first batch', async () => {
    const stage = await FaultStage.open(SINGLY);
    await stage.run(() => stage.warmUp());
    await stage.simulation.runFor(60_001);
    stage.kafka.forgetProducers(ORDERS, 0);
    const fault = stage.kafka.faults.onRequest('Produce', { times: 1, action: { errorCode: 'NOT_ENOUGH_REPLICAS' } });
    expect(kindsOf(await stage.run(() => stage.send(5)))).toEqual(['ok']);
    expect([fault.hits, stage.watch.countOf('NOT_ENOUGH_REPLICAS')]).toEqual([1, 1]);
    expect(await stage.verdict()).toBe('');
  });

  it.each(['MESSAGE_TOO_LARGE', 'INVALID_RECORD'] as const)(
    'F8: when one partition of many answers %s',
    async (errorCode) => {
      const stage = await FaultStage.open({}, 3);
      await stage.run(() => stage.warmUp(3));
      const action = { errorCode, topic: ORDERS, partition: 1 };
      const fault = stage.kafka.faults.onRequest('Produce', { times: 1, action });
      const outcomes = stage.run(() => Promise.all([0, 1, 2].map((partition) => stage.send(1, { partition }))));
      expect((await outcomes).flat().map(({ kind }) => kind)).toEqual(['ok', 'fail-no', 'ok']);
      expect(fault.hits).toBe(1);
      await stage.run(() => stage.warmUp(3));
      expect(await stage.verdict()).toBe('');
    },
  );

  it('F27: when answers come in pieces, and tell it to wait', async () => {
    const stage = await FaultStage.open(SINGLY);
    const pieces = stage.kafka.faults.onResponse('Produce', { times: 5, action: { fragmentBytes: 1 } });
    const throttle = stage.kafka.faults.onResponse('Produce', { times: 2, action: { throttleMs: 300 } });
    expect(kindsOf(await stage.run(() => stage.send(20)))).toEqual(['ok']);
    expect([pieces.hits, throttle.hits]).toEqual([5, 2]);
    expect(await stage.verdict()).toBe('');
  });
});
