import { describe, expect, it } from 'vitest';

import { ProducerClosedError } from '../errors/delivery.errors.js';
import type { TopicMetadata } from '../cluster/cluster.js';
import { testPipeline, track } from './spec-support/test-pipeline.js';

const NOT_LEADER = 6;

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

  it('covers records that wait for memory; later ones go into other batches and do not delay it', async () => {
    const { pipeline, cluster, clock } = testPipeline({ bufferMemoryBytes: 2_200, lingerMs: 1_000 });
    const send = (name: string): object => track(pipeline.send({ topic: 't', value: name.padEnd(900, '.') }));
    for (const name of ['first', 'second', 'waits']) send(name);
    const flushed = track(pipeline.flush());
    await clock.settle();
    expect(pipeline.stats()).toMatchObject({ bufferedRecords: 2, waitingRecords: 1 });
    send('later');
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    const [covered, ...others] = cluster.received;
    expect(covered!.batches).toMatchObject([{ recordCount: 1 }]);
    expect(covered!.batches[0]!.bytes.toString('latin1')).toContain('waits');
    expect(flushed.state).toBe('pending');
    covered!.acknowledge(2);
    await clock.settle();
    expect(flushed.state).toBe('resolved');
    expect(others).toEqual([]);
    expect(pipeline.stats()).toMatchObject({ bufferedRecords: 1, waitingRecords: 0 });
  });

  it('closes the batch of a record that has waited to records that come after the line is over', async () => {
    const { pipeline, cluster, clock } = testPipeline({ lingerMs: 1_000, maxInFlightRequestsPerConnection: 1 });
    track(pipeline.send({ topic: 't', value: 'keeps the connection busy' }));
    await clock.advance(1_000);
    const busy = cluster.takeOne();
    let finish: () => void = () => {};
    const loaded = new Promise<TopicMetadata>((resolve) => {
      finish = () => {
        cluster.addTopic('late', [1]);
        resolve(cluster.topic('late')!);
      };
    });
    cluster.onLoadTopic = () => loaded;
    track(pipeline.send({ topic: 'late', value: 'covered' }));
    const flushed = track(pipeline.flush());
    finish();
    await clock.settle();
    track(pipeline.send({ topic: 'late', value: 'after' }));
    busy.acknowledge(0);
    await clock.settle();
    const request = cluster.takeOne();
    expect(request.batches).toMatchObject([{ topic: 'late', recordCount: 1 }]);
    request.acknowledge(0);
    await clock.settle();
    expect(flushed.state).toBe('resolved');
  });

  it('waits for a batch that is being sent again, and not for records that came during its back-off', async () => {
    const { pipeline, cluster, clock } = testPipeline({ lingerMs: 10_000 });
    track(pipeline.send({ topic: 't', value: 'retried' }));
    void pipeline.flush();
    await clock.settle();
    cluster.takeOne().refuse(NOT_LEADER);
    await clock.settle();
    const flushed = track(pipeline.flush());
    track(pipeline.send({ topic: 't', value: 'later' }));
    await clock.settle();
    expect([flushed.state, cluster.received]).toEqual(['pending', []]);
    await clock.advance(1_000);
    const again = cluster.takeOne();
    expect(again.batches).toMatchObject([{ recordCount: 1 }]);
    again.acknowledge(0);
    await clock.settle();
    expect(flushed.state).toBe('resolved');
    expect(pipeline.stats().bufferedRecords).toBe(1);
  });

  it('covers a sendAll that is still being serialised', async () => {
    const finish: (() => void)[] = [];
    const serialize = (): Promise<string> => new Promise((resolve) => finish.push(() => resolve('v')));
    const { pipeline, cluster, clock } = testPipeline({ serializers: { value: { serialize } } });
    track(pipeline.sendAll([{ topic: 't', value: 1 }, { topic: 't', value: 2 }])); // prettier-ignore
    const flushed = track(pipeline.flush());
    for (const each of finish) each();
    await clock.settle();
    expect(flushed.state).toBe('pending');
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(flushed.state).toBe('resolved');
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

  it('counts as undelivered what is refused while it closes', async () => {
    const { pipeline, clock } = testPipeline({ maxBlockMs: 5_000 });
    for (let i = 0; i < 100; i++) track(pipeline.send({ topic: 'nowhere', value: i }));
    const closed = track(pipeline.close(10_000));
    await clock.advance(5_000);
    expect(closed.value).toEqual({ delivered: 0, undelivered: 100 });
  });

  it('counts each record once, wherever it was when the producer closed', async () => {
    const finish: (() => void)[] = [];
    const serialize = (value: unknown): string | Promise<string> =>
      value === 'slow' ? new Promise((resolve) => finish.push(() => resolve('v'))) : String(value);
    const { pipeline, cluster, clock } = testPipeline({ serializers: { value: { serialize } }, maxBlockMs: 2_000 });
    cluster.addTopic('u', [1]);
    const records = (topic: string, ...values: string[]) => values.map((value) => ({ topic, value }));
    track(pipeline.send({ topic: 't', value: 'in a batch' }));
    const slow = track(pipeline.sendAll(records('t', 'slow', 'fast', 'fast')));
    track(pipeline.sendAll(records('u', 'fast', 'never', 'slow')));
    track(pipeline.send({ topic: 'nowhere', value: 'without metadata' }));
    expect(pipeline.undelivered).toBe(8);
    const closed = track(pipeline.close(10_000));
    finish[0]!(); // of the second sendAll nothing comes
    await clock.settle();
    for (let requests = cluster.take(); requests.length > 0; requests = cluster.take()) {
      for (const request of requests) request.acknowledge(0);
      await clock.settle();
    }
    await clock.advance(2_000);
    expect(slow.state).toBe('resolved');
    expect(closed.value).toEqual({ delivered: 4, undelivered: 4 });
    expect(pipeline.stats()).toMatchObject({ acknowledgedRecords: 4, failedRecords: 4, waitingRecords: 0 });
  });

  it('does nothing the second time', async () => {
    const { pipeline } = testPipeline();
    await pipeline.close(10);
    await expect(pipeline.close(10)).resolves.toEqual({ delivered: 0, undelivered: 0 });
  });
});
