import { describe, expect, it } from 'vitest';

import { BufferExhaustedError } from '../errors/delivery.errors.js';
import { InvalidRecordError, RecordTooLargeError, SerializationError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { testPipeline, track } from './spec-support/test-pipeline.js';

function records(count: number, value: unknown = 'x'): ProducerRecord[] {
  return Array.from({ length: count }, () => ({ topic: 't', value }));
}

describe('producer pipeline', () => {
  it('sends a thousand records of one turn in one request', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    for (const record of records(1_000)) void pipeline.send(record);
    await clock.settle();
    expect(cluster.received).toHaveLength(1);
    expect(cluster.received[0]!.batches).toMatchObject([{ recordCount: 1_000 }]);
  });

  it('keeps the order of the calls when a serializer takes longer for one record than for the next', async () => {
    const finish = new Map<string, () => void>();
    const serialize = (value: unknown): Promise<string> =>
      new Promise((resolve) => finish.set(String(value), () => resolve(String(value))));
    const { pipeline, cluster, clock } = testPipeline({ serializers: { value: { serialize } } });
    const offsets = ['slow', 'fast'].map((value) => track(pipeline.send({ topic: 't', value })));
    await clock.settle();
    finish.get('fast')!();
    await clock.settle();
    expect(cluster.received).toHaveLength(0);
    finish.get('slow')!();
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(offsets.map(({ value }) => value?.offset)).toEqual(['0', '1']);
  });

  it('lets the others pass when an async serializer refuses one record', async () => {
    const serialize = (value: unknown): Promise<string> =>
      value === 'bad' ? Promise.reject(new Error('schema unknown')) : Promise.resolve(String(value));
    const { pipeline, cluster, clock } = testPipeline({ serializers: { value: { serialize } } });
    const [bad, good] = ['bad', 'good'].map((value) => track(pipeline.send({ topic: 't', value })));
    await clock.settle();
    expect(bad!.error).toBeInstanceOf(SerializationError);
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(good!.state).toBe('resolved');
  });

  it('waits for metadata and then lets everybody in, in order', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    let loaded: () => void = () => {};
    cluster.onLoadTopic = (name) =>
      new Promise((resolve) => {
        loaded = () => {
          cluster.addTopic(name, [1]);
          resolve(cluster.topic(name)!);
        };
      });
    const sent = ['a', 'b', 'c'].map((value) => track(pipeline.send({ topic: 'late', value })));
    await clock.settle();
    expect(pipeline.stats()).toMatchObject({ waitingRecords: 3 });
    loaded();
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(sent.map(({ value }) => value?.offset)).toEqual(['0', '1', '2']);
  });

  it('refuses a record after maxBlockMs without metadata, naming what it waited for', async () => {
    const { pipeline, clock } = testPipeline({ maxBlockMs: 5_000 });
    const sent = track(pipeline.send({ topic: 'nowhere', value: 'a' }));
    await clock.advance(4_999);
    expect(sent.state).toBe('pending');
    await clock.advance(1);
    expect(sent.error).toBeInstanceOf(BufferExhaustedError);
    expect(sent.error).toMatchObject({ waitedFor: 'metadata', maxBlockMs: 5_000 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('makes records wait for memory in order, and refuses those whose time is over', async () => {
    const { pipeline, cluster, clock } = testPipeline({ bufferMemoryBytes: 2_200, maxBlockMs: 5_000 });
    const value = 'v'.repeat(1_000);
    const sent = Array.from({ length: 4 }, () => track(pipeline.send({ topic: 't', value })));
    await clock.settle();
    expect(pipeline.stats()).toMatchObject({ bufferedRecords: 2, waitingRecords: 2 });
    await clock.advance(3_000);
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    cluster.takeOne(); // the third and fourth; never answered
    const late = Array.from({ length: 2 }, () => track(pipeline.send({ topic: 't', value })));
    await clock.advance(5_000);
    expect(sent.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'pending', 'pending']);
    expect(late.map(({ error }) => error)).toEqual([
      expect.any(BufferExhaustedError),
      expect.any(BufferExhaustedError),
    ]);
    expect(late[0]!.error).toMatchObject({ waitedFor: 'memory' });
  });

  it('gives all memory back once everything is settled, one way or the other', async () => {
    const { pipeline, cluster, clock } = testPipeline({ bufferMemoryBytes: 5_000 });
    for (let i = 0; i < 10; i++) void pipeline.send({ topic: 't', value: 'v'.repeat(1_000) }).catch(() => {});
    for (let round = 0; round < 10; round++) {
      await clock.settle();
      cluster.take().forEach((request, i) => (round % 2 === i % 2 ? request.refuse(87) : request.acknowledge()));
      await clock.advance(2_000);
    }
    expect(pipeline.stats()).toMatchObject({ bufferedBytes: 0, bufferedRecords: 0, waitingRecords: 0 });
  });

  it('refuses a record that could never fit, and names the limit', async () => {
    const { pipeline } = testPipeline({ maxRequestSizeBytes: 1_000 });
    await expect(pipeline.send({ topic: 't', value: 'v'.repeat(1_001) })).rejects.toThrow(RecordTooLargeError);
    const small = testPipeline({ bufferMemoryBytes: 500 });
    await expect(small.pipeline.send({ topic: 't', value: 'v'.repeat(1_000) })).rejects.toMatchObject({
      limit: 'bufferMemoryBytes',
    });
  });

  it('fails only the record whose partition does not exist', async () => {
    const { pipeline, clock, cluster } = testPipeline();
    const bad = track(pipeline.send({ topic: 't', value: 'a', partition: 7 }));
    const good = track(pipeline.send({ topic: 't', value: 'a', partition: 0 }));
    await clock.settle();
    expect(bad.error).toMatchObject({ name: 'UnknownTopicError', partition: 7, partitionCount: 1 });
    cluster.takeOne().acknowledge();
    await clock.settle();
    expect(good.state).toBe('resolved');
    expect(pipeline.stats().bufferedBytes).toBe(0);
  });

  it.each([{ choice: 9 }, { choice: -1 }, { choice: 0.5 }, { choice: 'throws' }])(
    'fails a record for which the partitioner answers $choice',
    async ({ choice }) => {
      const partition = (): number => {
        if (choice === 'throws') throw new Error('no idea');
        return choice as number;
      };
      const { pipeline } = testPipeline({ partitioner: { partition } });
      await expect(pipeline.send({ topic: 't', value: 'a' })).rejects.toThrow(InvalidRecordError);
      expect(pipeline.stats().bufferedBytes).toBe(0);
    },
  );

  describe('enqueue', () => {
    it('resolves when the record has its place, long before it is acknowledged', async () => {
      const { pipeline, cluster, clock } = testPipeline();
      const { acknowledged } = await pipeline.enqueue({ topic: 't', value: 'a' });
      const delivery = track(acknowledged);
      await clock.settle();
      expect(delivery.state).toBe('pending');
      cluster.takeOne().acknowledge(9);
      await clock.settle();
      expect(delivery.value?.offset).toBe('9');
    });

    it('rejects when the record never gets a place', async () => {
      const { pipeline, clock } = testPipeline({ maxBlockMs: 10 });
      const enqueued = track(pipeline.enqueue({ topic: 'nowhere', value: 'a' }));
      await clock.advance(10);
      expect(enqueued.error).toBeInstanceOf(BufferExhaustedError);
    });
  });

  describe('linger', () => {
    it('holds a batch back for lingerMs, and not when it is full', async () => {
      const { pipeline, cluster, clock } = testPipeline({ lingerMs: 20, batchSizeBytes: 1_000 });
      void pipeline.send({ topic: 't', value: 'a' });
      await clock.advance(19);
      expect(cluster.received).toHaveLength(0);
      await clock.advance(1);
      expect(cluster.received).toHaveLength(1);
      cluster.takeOne().acknowledge(0);
      await clock.settle();
      void pipeline.send({ topic: 't', value: 'v'.repeat(990) });
      await clock.settle();
      expect(cluster.received).toHaveLength(1);
    });
  });
});
