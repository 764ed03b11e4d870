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
});
