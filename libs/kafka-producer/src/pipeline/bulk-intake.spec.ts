import { describe, expect, it } from 'vitest';

import { BatchDeliveryError } from '../errors/delivery.errors.js';
import { RecordTooLargeError, SerializationError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { testPipeline, track } from './spec-support/test-pipeline.js';

function records(count: number, value: unknown = 'x'): ProducerRecord[] {
  return Array.from({ length: count }, () => ({ topic: 't', value }));
}

describe('sendAll', () => {
  it('resolves with the metadata in the order of the records', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    cluster.addTopic('two', [1, 1]);
    const sent = track(pipeline.sendAll([1, 0, 1].map((partition) => ({ topic: 'two', partition, value: 'v' }))));
    await clock.settle();
    cluster.takeOne().answer(({ partition }) => ({ baseOffset: partition * 10 }));
    await clock.settle();
    expect(sent.value?.map(({ partition, offset }) => [partition, offset])).toEqual([
      [1, '10'],
      [0, '0'],
      [1, '11'],
    ]);
  });

  it('sends nothing when one of the records cannot be serialised or is too large', async () => {
    const { pipeline, cluster, clock } = testPipeline({ maxRequestSizeBytes: 1_000 });
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    await expect(pipeline.sendAll([...records(2), { topic: 't', value: loop }])).rejects.toThrow(SerializationError);
    await expect(pipeline.sendAll([...records(2), ...records(1, 'v'.repeat(2_000))])).rejects.toThrow(
      RecordTooLargeError,
    );
    await clock.settle();
    expect(cluster.received).toHaveLength(0);
    expect(pipeline.stats().bufferedBytes).toBe(0);
  });

  it('tells of each record when some fail', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    const sent = track(pipeline.sendAll([...records(1), { topic: 't', value: 'b', partition: 3 }, ...records(1)]));
    await clock.settle();
    cluster.takeOne().acknowledge(5);
    await clock.settle();
    expect(sent.error).toBeInstanceOf(BatchDeliveryError);
    const { results } = sent.error as BatchDeliveryError;
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({ value: { offset: '6' } });
  });

  it('keeps its place before a later send of the same topic while an async serializer is at work', async () => {
    const pending: (() => void)[] = [];
    const serialize = (value: unknown): string | Promise<string> =>
      value === 'sync' ? 'sync' : new Promise((resolve) => pending.push(() => resolve(String(value))));
    const { pipeline, cluster, clock } = testPipeline({ serializers: { value: { serialize } } });
    const all = track(pipeline.sendAll(records(2, 'slow')));
    const later = track(pipeline.send({ topic: 't', value: 'sync' }));
    for (let i = 0; i < 2; i++) {
      await clock.settle();
      expect(cluster.received).toHaveLength(0);
      pending.shift()!();
    }
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(all.value?.map(({ offset }) => offset)).toEqual(['0', '1']);
    expect(later.value?.offset).toBe('2');
  });

  it('answers an empty list at once', async () => {
    await expect(testPipeline().pipeline.sendAll([])).resolves.toEqual([]);
  });
});
