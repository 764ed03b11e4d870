import { describe, expect, it } from 'vitest';

import { mutantProducer } from './mutants/mutant-producer.js';
import { FaultStage, kindsOf, ORDERS } from './support/fault-stage.js';

describe('a producer', () => {
  it('F15: holds no more than its memory when brokers stall, and refuses the rest after maxBlockMs', async () => {
    const bufferMemoryBytes = 4_000;
    const stage = await FaultStage.open({ bufferMemoryBytes, maxBlockMs: 200, batchSizeBytes: 500 });
    await stage.run(() => stage.warmUp());
    const stall = stage.kafka.faults.onRequest('Produce', { action: 'drop' });
    const value = 'x'.repeat(400);
    const { pipeline } = stage.producer;
    const offered = Array.from({ length: 100 }, () =>
      stage.history.send(ORDERS, (name) => pipeline.send({ topic: ORDERS, partition: 0, value: `${name} ${value}` })),
    );
    await stage.simulation.runFor(100);
    expect(pipeline.stats().bufferedBytes).toBeLessThanOrEqual(bufferMemoryBytes);
    await stage.simulation.runFor(200);
    const refused = stage.history.sent.filter(({ outcome }) => outcome.kind === 'fail-no').map(({ call }) => call);
    expect(refused.length).toBeGreaterThan(80);
    expect(refused).toEqual(Array.from(refused, (_, index) => (refused[0] ?? 0) + index)); // those who came last
    stall.heal();
    expect(kindsOf(await stage.run(() => Promise.all(offered)))).toEqual(['fail-no', 'ok']);
    expect(stall.hits).toBeGreaterThan(0);
    expect(await stage.verdict()).toBe('');
  });

  it('F16: writes nothing after it was closed while it sent something again', async () => {
    const stage = await FaultStage.open();
    await stage.run(() => stage.warmUp());
    const fault = stage.kafka.faults.onRequest('Produce', { action: { errorCode: 'NOT_ENOUGH_REPLICAS' } });
    const sent = stage.send(5);
    await stage.simulation.runFor(500);
    const [first, second] = [stage.producer.close(300), stage.producer.close(300)];
    await stage.run(() => Promise.all([first, second]));
    const requests = stage.kafka.requests('Produce').length;
    fault.heal();
    await stage.simulation.runFor(5_000);
    expect(kindsOf(await stage.run(() => sent))).toEqual(['fail-no']);
    expect(kindsOf(await stage.run(() => stage.send(1)))).toEqual(['fail-no']);
    expect([stage.kafka.requests('Produce').length, stage.simulation.network.connections.length]).toEqual([
      requests,
      0,
    ]);
    expect(fault.hits).toBeGreaterThan(0);
    expect(await stage.verdict()).toBe('');
  });

  it('F17: lets a record fail alone whose partitioner throws', async () => {
    let thrown = 0;
    const partition = ({ partitionCount }: { partitionCount: number }): number => {
      if (thrown++ === 0) throw new Error('no idea');
      return partitionCount - 1;
    };
    const stage = await FaultStage.open({ partitioner: { partition: partition as never } });
    const outcomes = await stage.run(() => stage.send(3, { partition: undefined, key: 'k' }));
    expect(outcomes.map(({ kind }) => kind)).toContain('fail-no');
    expect(thrown).toBeGreaterThan(0);
    expect(await stage.verdict()).toBe('');
  });

  it.each(['near the wrap', 'near the last epoch'])('F28: goes on when its counters are %s', async (name) => {
    const stage = await FaultStage.open({ batchSizeBytes: 0, deliveryTimeoutMs: 600 }, 1, await mutantProducer(name));
    expect(kindsOf(await stage.run(() => stage.send(30)))).toEqual(['ok']);
    for (let bumps = 0; bumps < 3; bumps++) {
      const fault = stage.kafka.faults.onResponse('Produce', { action: 'drop' });
      expect(kindsOf(await stage.run(() => stage.send(1)))).toEqual(['fail-possibly']);
      expect(fault.hits).toBeGreaterThan(0);
      fault.heal();
      expect(kindsOf(await stage.run(() => stage.send(5)))).toEqual(['ok']);
    }
    const producers = (await stage.kafka.recordsIn(ORDERS)).map(({ producer }) => producer);
    const hasTurned =
      name === 'near the wrap'
        ? producers.filter((it) => it?.epoch === 0 && it.sequence === 0).length === 1
        : new Set(producers.map((it) => it?.id)).size > 1;
    expect(hasTurned).toBe(true);
    expect(await stage.verdict()).toBe('');
  });
});
