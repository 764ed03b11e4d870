import { describe, expect, it } from 'vitest';

import type { TopicMetadata } from '../cluster/cluster.js';
import { ClusterUnavailableError } from '../cluster/cluster.errors.js';
import { testPipeline, track, type TestPipeline } from './spec-support/test-pipeline.js';

/** Topic `t` has one partition as far as we know, and three once a broker was asked again. */
function grownTopic(): TestPipeline & { questions: ((error?: Error) => void)[] } {
  const test = testPipeline();
  const questions: ((error?: Error) => void)[] = [];
  test.cluster.onReloadTopic = () =>
    new Promise<TopicMetadata>((resolve, reject) => {
      questions.push((error) => {
        if (error !== undefined) return reject(error);
        test.cluster.addTopic('t', [1, 1, 1]);
        resolve(test.cluster.topics.get('t')!);
      });
    });
  return { ...test, questions };
}

describe('a record for a partition we do not know', () => {
  it('waits for newer metadata, with whatever stands behind it, and then goes there', async () => {
    const { pipeline, cluster, clock, questions } = grownTopic();
    const sent = track(pipeline.send({ topic: 't', partition: 2, value: 'new' }));
    const behind = track(pipeline.send({ topic: 't', partition: 0, value: 'old' }));
    await clock.settle();
    expect([questions.length, cluster.received.length]).toEqual([1, 0]);
    questions[0]!();
    await clock.settle();
    const request = cluster.takeOne();
    expect(request.batches.map(({ partition }) => partition)).toEqual(expect.arrayContaining([0, 2]));
    request.acknowledge(0);
    await clock.settle();
    expect([sent.value?.partition, behind.value?.partition]).toEqual([2, 0]);
  });

  it('waits as one of many', async () => {
    const { pipeline, cluster, clock, questions } = grownTopic();
    const all = track(pipeline.sendAll([0, 1, 2].map((partition) => ({ topic: 't', partition, value: 'v' }))));
    await clock.settle();
    questions[0]!();
    await clock.settle();
    for (const request of cluster.take()) request.acknowledge(0);
    await clock.settle();
    expect(all.value?.map(({ partition }) => partition)).toEqual([0, 1, 2]);
  });

  it('is refused when the newer metadata do not have it either, and so are others for a second', async () => {
    const { pipeline, clock, questions } = grownTopic();
    const refused = [3, 4].map((partition) => track(pipeline.send({ topic: 't', partition, value: 'v' })));
    await clock.settle();
    questions[0]!();
    await clock.settle();
    expect(refused.map(({ error }) => error)).toMatchObject([
      { name: 'UnknownTopicError', partition: 3, partitionCount: 3 },
      { name: 'UnknownTopicError', partition: 4, partitionCount: 3 },
    ]);
    await clock.advance(999);
    const soon = track(pipeline.send({ topic: 't', partition: 3, value: 'v' }));
    await clock.settle();
    expect([soon.state, questions.length]).toEqual(['rejected', 1]);
    await clock.advance(1);
    const later = track(pipeline.send({ topic: 't', partition: 3, value: 'v' }));
    await clock.settle();
    expect([later.state, questions.length]).toEqual(['pending', 2]);
  });

  it('does not ask twice for a topic it has just heard of', async () => {
    const { pipeline, cluster, clock, questions } = grownTopic();
    cluster.onLoadTopic = (name) => {
      cluster.addTopic(name, [1]);
      return Promise.resolve(cluster.topics.get(name)!);
    };
    const refused = track(pipeline.send({ topic: 'fresh', partition: 1, value: 'v' }));
    await clock.settle();
    expect([refused.state, questions.length]).toEqual(['rejected', 0]);
  });

  it('is refused after maxBlockMs when nobody can be asked', async () => {
    const { pipeline, clock, cluster } = grownTopic();
    const unreachable = new ClusterUnavailableError({ waitedFor: 'metadata', timeoutMs: 5_000, brokers: [] });
    cluster.onReloadTopic = () => new Promise((_, reject) => void clock.setTimeout(() => reject(unreachable), 5_000));
    const sent = track(pipeline.send({ topic: 't', partition: 1, value: 'v' }));
    await clock.advance(59_999);
    expect(sent.state).toBe('pending');
    await clock.advance(1);
    expect(sent.error).toMatchObject({ name: 'BufferExhaustedError', waitedFor: 'metadata' });
  });
});
