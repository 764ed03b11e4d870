import { describe, expect, it } from 'vitest';

import { FaultStage, kindsOf, ORDERS } from './support/fault-stage.js';

describe('each record once and in order', () => {
  it('F9: when a leader moves under a request to several brokers', async () => {
    const stage = await FaultStage.open({ batchSizeBytes: 0 }, 6);
    await stage.run(() => stage.warmUp(6));
    for (const broker of stage.kafka.brokers) broker.freezeMetadata();
    for (const partition of [0, 1]) {
      const { kafka } = stage;
      kafka.moveLeader(ORDERS, partition, (kafka.leaderOf(ORDERS, partition) % 3) + 1);
    }
    const sent = [0, 1, 2, 3, 4, 5].map((partition) => stage.send(5, { partition }));
    for (const broker of stage.kafka.brokers) broker.thawMetadata();
    expect(kindsOf((await stage.run(() => Promise.all(sent))).flat())).toEqual(['ok']);
    expect(stage.watch.countOf('NOT_LEADER_OR_FOLLOWER')).toBeGreaterThan(0);
    expect(await stage.verdict()).toBe('');
  });

  it('F10: when one broker is slow and another one fails', async () => {
    const stage = await FaultStage.open({ requestTimeoutMs: 3_000 }, 3);
    await stage.run(() => stage.warmUp(3));
    const [slow, failing] = [0, 1].map((partition) => stage.kafka.leaderOf(ORDERS, partition)) as [number, number];
    const delay = stage.kafka.faults.onRequest('Produce', { broker: slow, times: 1, action: { delayMs: 1_000 } });
    const refusal = stage.kafka.faults.onResponse('Produce', {
      broker: failing,
      times: 1,
      action: { errorCode: 'REQUEST_TIMED_OUT' },
    });
    const sent = [0, 1, 2].map((partition) => stage.send(5, { partition }));
    expect(kindsOf((await stage.run(() => Promise.all(sent))).flat())).toEqual(['ok']);
    expect([delay.hits, refusal.hits]).toEqual([1, 1]);
    expect(await stage.verdict()).toBe('');
  });

  it('F11: when records without a key are sent again: each stays in its partition', async () => {
    const stage = await FaultStage.open({ batchSizeBytes: 0 }, 6);
    await stage.run(() => stage.warmUp(6));
    const fault = stage.kafka.faults.onResponse('Produce', { broker: 1, times: 3, action: 'cut' });
    expect(kindsOf(await stage.run(() => stage.send(60, { partition: undefined })))).toEqual(['ok']);
    expect(fault.hits).toBeGreaterThan(0);
    expect(await stage.verdict()).toBe('');
  });

  it('F12: when metadata come late and the broker they are asked from is lost', async () => {
    const stage = await FaultStage.open({ metadataMaxAgeMs: 200 }, 3);
    await stage.run(() => stage.warmUp(3));
    const late = stage.kafka.faults.onResponse('Metadata', { times: 2, action: { delayMs: 400 } });
    await stage.simulation.runFor(300);
    const seed = stage.kafka.broker(1);
    await seed.stop();
    const sent = [0, 1, 2].map((partition) => stage.send(3, { partition }));
    await stage.run(() => stage.simulation.sleep(300));
    await seed.start();
    expect(kindsOf((await stage.run(() => Promise.all(sent))).flat())).toEqual(['ok']);
    expect(late.hits).toBeGreaterThan(0);
    expect(await stage.verdict()).toBe('');
  });

  it('F13: when a partition has no leader for a while: only its records wait', async () => {
    const stage = await FaultStage.open({}, 3);
    await stage.run(() => stage.warmUp(3));
    const { kafka, simulation } = stage;
    const leader = kafka.leaderOf(ORDERS, 0);
    kafka.setInSync(ORDERS, 0, [leader]);
    await kafka.broker(leader).stop();
    expect(kafka.leaderOf(ORDERS, 0)).toBe(-1);
    const waiting = stage.send(3);
    expect(kindsOf(await stage.run(() => stage.send(3, { partition: 1 })))).toEqual(['ok']);
    expect(stage.history.unsettled).toBe(3);
    await stage.run(() => simulation.sleep(2_000));
    await kafka.broker(leader).start();
    expect(kindsOf(await stage.run(() => waiting))).toEqual(['ok']);
    expect(await stage.verdict()).toBe('');
  });

  it('F13: when a topic or a partition does not exist: only its records fail', async () => {
    const stage = await FaultStage.open({ maxBlockMs: 2_000 }, 3);
    const elsewhere = stage.send(1, { topic: 'nowhere' });
    const beyond = stage.send(1, { partition: 7 });
    expect(kindsOf(await stage.run(() => stage.send(3)))).toEqual(['ok']);
    expect(kindsOf((await stage.run(() => Promise.all([elsewhere, beyond]))).flat())).toEqual(['fail-no']);
    expect(await stage.verdict()).toBe('');
  });

  it('F14: when there is no producer id at first: nothing leaves without one', async () => {
    const stage = await FaultStage.open();
    const refused = stage.kafka.faults.onRequest('InitProducerId', {
      times: 2,
      action: { errorCode: 'COORDINATOR_LOAD_IN_PROGRESS' },
    });
    const slow = stage.kafka.faults.onRequest('InitProducerId', { times: 1, action: { delayMs: 300 } });
    expect(kindsOf(await stage.run(() => stage.send(5)))).toEqual(['ok']);
    expect([refused.hits, slow.hits]).toEqual([2, 1]);
    for (const { producer } of await stage.kafka.recordsIn(ORDERS)) expect(producer).toMatchObject({ epoch: 0 });
    expect(await stage.verdict()).toBe('');
  });
});
