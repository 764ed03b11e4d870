import { describe, expect, it } from 'vitest';

import { ProducerClosedError } from '../errors/delivery.errors.js';
import { testPipeline, track } from './spec-support/test-pipeline.js';

describe('flush', () => {
  it('waits for what was accepted before it and for nothing later, and ends the linger', async () => {
    const { pipeline, cluster, clock } = testPipeline({ lingerMs: 1_000 });
    void pipeline.send({ topic: 't', value: 'before' });
    const flushed = track(pipeline.flush());
    void pipeline.send({ topic: 't', value: 'after' }).catch(() => {});
    await clock.settle();
    expect(cluster.received).toHaveLength(1);
    expect(cluster.received[0]!.batches).toMatchObject([{ recordCount: 1 }]);
    expect(flushed.state).toBe('pending');
    cluster.takeOne().acknowledge();
    await clock.settle();
    expect(flushed.state).toBe('resolved');
    expect(pipeline.stats().bufferedRecords).toBe(1);
  });

  it('covers records that were still waiting for metadata', async () => {
    const { pipeline, cluster, clock } = testPipeline({ lingerMs: 1_000 });
    cluster.onLoadTopic = (name) => {
      cluster.addTopic(name, [1]);
      return Promise.resolve(cluster.topic(name)!);
    };
    void pipeline.send({ topic: 'late', value: 'a' });
    const flushed = track(pipeline.flush());
    await clock.settle();
    expect(flushed.state).toBe('pending');
    cluster.takeOne().acknowledge();
    await clock.settle();
    expect(flushed.state).toBe('resolved');
  });

  it('resolves when a record it waited for has failed', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    const sent = track(pipeline.send({ topic: 't', value: 'a' }));
    const flushed = track(pipeline.flush());
    await clock.settle();
    cluster.takeOne().refuse(87);
    await clock.settle();
    expect([sent.state, flushed.state]).toEqual(['rejected', 'resolved']);
  });

  it('resolves at once when there is nothing', async () => {
    await expect(testPipeline().pipeline.flush()).resolves.toBeUndefined();
  });
});

describe('close', () => {
  it('delivers what is buffered without further linger and refuses what comes later', async () => {
    const { pipeline, cluster, clock } = testPipeline({ lingerMs: 10_000 });
    const sent = track(pipeline.send({ topic: 't', value: 'a' }));
    const closed = track(pipeline.close(5_000));
    await expect(pipeline.send({ topic: 't', value: 'late' })).rejects.toThrow(ProducerClosedError);
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(sent.state).toBe('resolved');
    expect(closed.value).toEqual({ delivered: 1, undelivered: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up at the deadline and says how many were not delivered and whether they may be in the log', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    const onTheWire = track(pipeline.send({ topic: 't', value: 'a' }));
    const waiting = track(pipeline.send({ topic: 'nowhere', value: 'b' }));
    await clock.settle();
    const closed = track(pipeline.close(1_000));
    await clock.advance(1_000);
    expect(closed.value).toEqual({ delivered: 0, undelivered: 2 });
    expect(onTheWire.error).toMatchObject({ name: 'DeliveryAbortedError', persisted: 'possibly' });
    expect(waiting.error).toMatchObject({ name: 'DeliveryAbortedError', persisted: 'no' });
    cluster.takeOne().acknowledge();
    await clock.settle();
    expect(clock.pendingTimers).toBe(0);
  });

  it('shows in the statistics', async () => {
    const { pipeline, cluster, clock } = testPipeline({ bufferMemoryBytes: 70_000 });
    expect(pipeline.stats()).toMatchObject({ state: 'open', bufferMemoryBytes: 70_000 });
    void pipeline.send({ topic: 't', value: 'a' });
    const closed = pipeline.close(1_000);
    expect(pipeline.stats().state).toBe('closing');
    await clock.settle();
    cluster.takeOne().acknowledge();
    await clock.settle();
    await closed;
    expect(pipeline.stats().state).toBe('closed');
  });

  it('does nothing the second time', async () => {
    const { pipeline } = testPipeline();
    await pipeline.close(10);
    await expect(pipeline.close(10)).resolves.toEqual({ delivered: 0, undelivered: 0 });
  });
});
