import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import { DeliveryAbortedError } from '../errors/delivery.errors.js';
import { testPipeline, track } from './spec-support/test-pipeline.js';

describe('a send with an aborted signal', () => {
  it('takes the record out of a batch that is not sealed, and the others are sent', async () => {
    const { pipeline, cluster, clock } = testPipeline({ lingerMs: 20 });
    const abort = new AbortController();
    const [first, aborted, last] = ['a', 'b', 'c'].map((value) =>
      track(pipeline.send({ topic: 't', value }, value === 'b' ? abort.signal : undefined)),
    );
    abort.abort();
    await clock.advance(20);
    expect(aborted!.error).toBeInstanceOf(DeliveryAbortedError);
    expect(aborted!.error).toMatchObject({ persisted: 'no' });
    const request = cluster.takeOne();
    expect(request.batches).toMatchObject([{ recordCount: 2 }]);
    request.acknowledge(0);
    await clock.settle();
    expect([first!.value?.offset, last!.value?.offset]).toEqual(['0', '1']);
    expect(pipeline.stats().bufferedBytes).toBe(0);
  });

  it('lets go of the promise once the batch is on its way: the record may be persisted', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    const abort = new AbortController();
    const sent = track(pipeline.send({ topic: 't', value: 'a' }, abort.signal));
    await clock.settle();
    abort.abort();
    await clock.settle();
    expect(sent.error).toMatchObject({ name: 'DeliveryAbortedError', persisted: 'possibly' });
    cluster.takeOne().acknowledge();
    await clock.settle();
    expect(pipeline.stats().bufferedBytes).toBe(0);
  });

  it('takes a waiting record out of its line', async () => {
    const { pipeline } = testPipeline();
    const abort = new AbortController();
    const sent = track(pipeline.send({ topic: 'nowhere', value: 'a' }, abort.signal));
    abort.abort();
    await Promise.resolve();
    await Promise.resolve();
    expect(sent.error).toMatchObject({ name: 'DeliveryAbortedError', persisted: 'no' });
    expect(pipeline.stats().waitingRecords).toBe(0);
  });

  it('refuses a record whose signal is aborted already', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    await expect(pipeline.send({ topic: 't', value: 'a' }, AbortSignal.abort())).rejects.toThrow(DeliveryAbortedError);
    await clock.settle();
    expect(cluster.received).toHaveLength(0);
  });

  const inside = {
    serializer: (abort: () => void) => ({ serializers: { value: { serialize: () => (abort(), 'v') } } }),
    'async serializer': (abort: () => void) => ({
      serializers: { value: { serialize: () => (abort(), Promise.resolve('v')) } },
    }),
    defaultHeaders: (abort: () => void) => ({ defaultHeaders: () => (abort(), undefined) }),
    resolveTopic: (abort: () => void) => ({ resolveTopic: (name: string) => (abort(), name) }),
    partitioner: (abort: () => void) => ({ partitioner: { partition: () => (abort(), 0) } }),
  };

  it.each(Object.entries(inside))('does not send a record whose own %s aborts its signal', async (_where, settings) => {
    const abort = new AbortController();
    const { pipeline, cluster, clock } = testPipeline(settings(() => abort.abort()));
    const sent = track(pipeline.send({ topic: 't', value: 'a' }, abort.signal));
    await clock.settle();
    expect(sent.error).toMatchObject({ name: 'DeliveryAbortedError', persisted: 'no' });
    expect(cluster.received).toHaveLength(0);
    expect(pipeline.stats()).toMatchObject({ bufferedBytes: 0, bufferedRecords: 0, waitingRecords: 0 });
  });

  it('says that a record may be persisted whose partitioner aborts its signal, when it has filled its batch', async () => {
    const abort = new AbortController();
    const partition = (): number => (abort.abort(), 0);
    const { pipeline, cluster, clock } = testPipeline({ partitioner: { partition }, batchSizeBytes: 100 });
    const sent = track(pipeline.send({ topic: 't', value: 'a'.repeat(200) }, abort.signal));
    await clock.settle();
    expect(sent.error).toMatchObject({ name: 'DeliveryAbortedError', persisted: 'possibly' });
    expect(cluster.received).toHaveLength(1);
  });

  it('keeps no memory and no timer for a record that was alone in its batch', async () => {
    const { pipeline, clock } = testPipeline({ lingerMs: 1_000 });
    const abort = new AbortController();
    void pipeline.send({ topic: 't', value: 'a' }, abort.signal).catch(() => {});
    await clock.settle();
    abort.abort();
    await clock.settle();
    expect(pipeline.stats()).toMatchObject({ bufferedBytes: 0, bufferedRecords: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes many records out of one batch at once, and sends the others as they were', async () => {
    const { pipeline, cluster, clock } = testPipeline({ lingerMs: 20 });
    const abort = new AbortController();
    for (let i = 0; i < 30; i++) {
      void pipeline.send({ topic: 't', value: `value ${i}` }, i % 3 === 0 ? undefined : abort.signal).catch(() => {});
    }
    abort.abort();
    expect(pipeline.stats()).toMatchObject({ bufferedRecords: 10 });
    await clock.advance(20);
    const request = cluster.takeOne();
    const values = request.batches[0]!.bytes.toString('latin1').match(/value \d+/g);
    expect(values).toEqual(Array.from({ length: 10 }, (_, i) => `value ${i * 3}`));
    request.acknowledge(0);
    await clock.settle();
    expect(pipeline.stats().bufferedBytes).toBe(0);
  });

  it('listens once to a signal that many sends share, and not at all when they are settled', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    const { signal } = new AbortController();
    for (let i = 0; i < 20; i++) void pipeline.send({ topic: 't', value: 'a' }, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
