import { describe, expect, it } from 'vitest';

import type { TopicMetadata } from '../cluster/cluster.js';
import { UnknownTopicError } from '../errors/cluster-side.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { testPipeline, track } from './spec-support/test-pipeline.js';

const NEVER = new Promise<never>(() => {});

/** Values that start with 'slow' are not serialised before `finish()`. */
function slowSerializer(): {
  serializers: { value: { serialize: (v: unknown) => string | Promise<string> } };
  finish: () => void;
} {
  const pending: (() => void)[] = [];
  const serialize = (value: unknown): string | Promise<string> =>
    String(value).startsWith('slow')
      ? new Promise((resolve) => pending.push(() => resolve(String(value))))
      : String(value);
  return { serializers: { value: { serialize } }, finish: () => pending.shift()!() };
}

function records(...values: string[]): ProducerRecord[] {
  return values.map((value) => ({ topic: 't', value }));
}

describe('the line of a topic', () => {
  it('is another one after its records have gone, whatever the old one still hears', async () => {
    const { pipeline, cluster, clock } = testPipeline({ maxBlockMs: 1_000 });
    const answers: ((topic: TopicMetadata) => void)[] = [];
    cluster.onLoadTopic = () => new Promise((resolve) => answers.push(resolve));
    void pipeline.send({ topic: 'late', value: 'overdue' }).catch(() => {});
    await clock.advance(1_000); // its line is over, its question is not
    const waiting = track(pipeline.send({ topic: 'late', value: 'waiting' }));
    answers[0]!({ name: 'late', partitions: [], available: [] });
    await clock.settle();
    const flushed = track(pipeline.flush());
    await clock.settle();
    expect(pipeline.stats().waitingRecords).toBe(1);
    expect(flushed.state).toBe('pending');
    await clock.advance(1_000);
    expect([waiting.state, flushed.state]).toEqual(['rejected', 'resolved']);
  });

  it('lets a flush end when a record it waits for is taken out', async () => {
    const { pipeline, clock } = testPipeline();
    const abort = new AbortController();
    void pipeline.send({ topic: 'nowhere', value: 'a' }, abort.signal).catch(() => {});
    const flushed = track(pipeline.flush());
    await clock.settle();
    expect(flushed.state).toBe('pending');
    abort.abort();
    await clock.settle();
    expect(flushed.state).toBe('resolved');
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps the deadline of a record that stands behind a sendAll that takes longer', async () => {
    const { serializers, finish } = slowSerializer();
    const { pipeline, clock } = testPipeline({ maxBlockMs: 5_000, serializers });
    const all = track(pipeline.sendAll(records('slow 1', 'slow 2', 'slow 3')));
    const behind = track(pipeline.send({ topic: 't', value: 'behind' }));
    await clock.advance(3_000);
    finish();
    await clock.advance(1_999);
    expect(behind.state).toBe('pending');
    await clock.advance(1);
    expect(behind.error).toMatchObject({ name: 'SerializationError' });
    expect(all.state).toBe('pending');
  });

  it('says which field was not serialised in time, and what can be done', async () => {
    const key = { serialize: () => NEVER };
    const { pipeline, clock } = testPipeline({ maxBlockMs: 5_000, serializers: { key } });
    const records = [1, 2].map((value) => ({ topic: 't', key: 'k', value }));
    const sent = records.map((record) => track(pipeline.send(record)));
    const behind = track(pipeline.send({ topic: 't', value: 'behind' }));
    const all = track(pipeline.sendAll(records.map((record) => ({ ...record, topic: 'u' }))));
    await clock.advance(5_000);
    for (const { error } of [...sent, behind, all]) {
      expect(error).toMatchObject({ name: 'SerializationError', field: 'key' });
      expect((error as Error).message).toMatch(/raise producer\.maxBlockMs\.$/);
    }
    expect((behind.error as Error).message).toContain('the serializer of a record before it');
  });

  it('passes on once a sendAll gives up on a serializer that never answers', async () => {
    const { serializers } = slowSerializer();
    const { pipeline, cluster, clock } = testPipeline({ maxBlockMs: 5_000, serializers });
    const all = track(pipeline.sendAll(records('slow')));
    await clock.advance(1_000);
    const behind = track(pipeline.send({ topic: 't', value: 'behind' }));
    const flushed = track(pipeline.flush());
    await clock.advance(4_000);
    expect(all.error).toMatchObject({ name: 'SerializationError', topic: 't' });
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect([behind.state, flushed.state]).toEqual(['resolved', 'resolved']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('has patience with each record of a sendAll anew', async () => {
    const { serializers, finish } = slowSerializer();
    const { pipeline, cluster, clock } = testPipeline({ maxBlockMs: 5_000, serializers });
    const all = track(pipeline.sendAll(records('slow 1', 'slow 2')));
    await clock.advance(4_000);
    finish();
    await clock.advance(4_000);
    finish();
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(all.value).toHaveLength(2);
  });

  it('ends with the producer: a sendAll that is still serialised and whoever stands behind it are told', async () => {
    const { serializers, finish } = slowSerializer();
    const { pipeline, cluster, clock } = testPipeline({ serializers });
    const all = track(pipeline.sendAll(records('slow')));
    const behind = track(pipeline.send({ topic: 't', value: 'behind' }));
    const closed = track(pipeline.close(1_000));
    await clock.advance(1_000);
    expect([all.error, behind.error]).toMatchObject([
      { name: 'DeliveryAbortedError', persisted: 'no' },
      { name: 'DeliveryAbortedError', persisted: 'no' },
    ]);
    expect(closed.state).toBe('resolved');
    finish();
    await clock.settle();
    expect(cluster.received).toHaveLength(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps the place of a sendAll when the topic is found not to exist', async () => {
    const { serializers, finish } = slowSerializer();
    const { pipeline, cluster, clock } = testPipeline({ serializers });
    const unknown = new UnknownTopicError({ topic: 'nowhere' });
    cluster.onLoadTopic = () => Promise.reject(unknown);
    const all = track(pipeline.sendAll([{ topic: 'nowhere', value: 'slow' }]));
    finish();
    await clock.settle();
    expect(all.error).toMatchObject({ name: 'BatchDeliveryError', results: [{ reason: unknown }] });
  });

  it('refuses a sendAll with something in it that is no record, and keeps no place for it', async () => {
    const { serializers, finish } = slowSerializer();
    const { pipeline, cluster, clock } = testPipeline({ serializers });
    const all = track(pipeline.sendAll([...records('slow'), null as unknown as ProducerRecord]));
    finish();
    await clock.settle();
    expect(all.error).toMatchObject({ name: 'InvalidRecordError' });
    void pipeline.send({ topic: 't', value: 'next' });
    await clock.settle();
    expect(cluster.received).toHaveLength(1);
  });

  it('forgets what is serialised for a record that has left', async () => {
    const finish: (() => void)[] = [];
    const mebibyte = 'x'.repeat(1_048_000);
    const serialize = (): Promise<string> => new Promise((resolve) => finish.push(() => resolve(mebibyte)));
    const { pipeline, clock } = testPipeline({ maxBlockMs: 1_000, serializers: { value: { serialize } } });
    for (let i = 0; i < 9; i++) void pipeline.send({ topic: 't', value: i }).catch(() => {});
    await clock.advance(1_000);
    for (const end of finish.splice(0)) end();
    await clock.settle();
    for (let i = 0; i < 2; i++) void pipeline.send({ topic: 't', value: i }).catch(() => {});
    await clock.settle();
    expect(finish).toHaveLength(2); // side by side again: nothing counts as waiting
  });

  it('waits for nobody when a serializer never answers and the record is aborted', async () => {
    const serialize = (value: unknown): string | Promise<string> => (value === 'hangs' ? NEVER : String(value));
    const { pipeline, cluster, clock } = testPipeline({ serializers: { value: { serialize } } });
    const abort = new AbortController();
    void pipeline.send({ topic: 't', value: 'hangs' }, abort.signal).catch(() => {});
    void pipeline.send({ topic: 't', value: 'behind' });
    await clock.settle();
    expect(cluster.received).toHaveLength(0);
    abort.abort();
    await clock.settle();
    expect(cluster.received).toHaveLength(1);
  });
});
