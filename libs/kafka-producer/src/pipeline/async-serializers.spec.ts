import { describe, expect, it } from 'vitest';

import { testPipeline, track } from './spec-support/test-pipeline.js';

/** Serializers that finish when told, in any order. */
class Registry {
  /** At work now. */
  readonly running = new Map<string, () => void>();
  readonly #refusals = new Map<string, (reason: Error) => void>();
  started = 0;
  most = 0;

  readonly serialize = (value: unknown): Promise<string> => {
    this.started++;
    return new Promise((resolve, reject) => {
      this.#refusals.set(String(value), reject);
      this.running.set(String(value), () => {
        this.running.delete(String(value));
        resolve(String(value));
      });
      this.most = Math.max(this.most, this.running.size);
    });
  };

  fail(value: string): void {
    this.running.delete(value);
    this.#refusals.get(value)!(new Error('not in the registry'));
  }

  finish(...values: string[]): void {
    for (const value of values) this.running.get(value)!();
  }
}

function pipelineWith(registry: Registry): ReturnType<typeof testPipeline> {
  const test = testPipeline({ serializers: { value: registry } });
  test.cluster.addTopic('u', [1]);
  return test;
}

describe('async serializers', () => {
  it('work side by side, and their records keep the order of the calls within a topic', async () => {
    const registry = new Registry();
    const { pipeline, cluster, clock } = pipelineWith(registry);
    const sent = ['a', 'b', 'c'].map((value) => track(pipeline.send({ topic: 't', value })));
    void pipeline.send({ topic: 'u', value: 'other' }).catch(() => {});
    expect([...registry.running.keys()]).toEqual(['a', 'b', 'c', 'other']);
    registry.finish('other', 'c', 'b');
    await clock.settle();
    expect(cluster.takeOne().batches).toMatchObject([{ topic: 'u' }]);
    expect(sent.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
    registry.finish('a');
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(sent.map(({ value }) => value?.offset)).toEqual(['0', '1', '2']);
  });

  it('work side by side for the records of one sendAll, too, a hundred at a time', async () => {
    const registry = new Registry();
    const { pipeline, cluster, clock } = pipelineWith(registry);
    const values = Array.from({ length: 250 }, (_, i) => String(i));
    const sent = track(pipeline.sendAll(values.map((value) => ({ topic: 't', value }))));
    const behind = track(pipeline.send({ topic: 't', value: 'behind' }));
    expect([...registry.running.keys()]).toEqual([...values.slice(0, 101), 'behind']);
    for (let round = 0; round < 3; round++) {
      registry.finish(...[...registry.running.keys()].toReversed());
      await clock.settle();
    }
    expect(registry.most).toBe(102);
    expect(registry.started).toBe(251);
    for (let requests = cluster.take(); requests.length > 0; requests = cluster.take()) {
      for (const request of requests) request.acknowledge(0);
      await clock.settle();
    }
    expect(sent.value?.map(({ offset }) => offset)).toEqual(values);
    expect(behind.value?.offset).toBe('250');
  });

  it('of one sendAll end the call when one refuses, although others are at work', async () => {
    const registry = new Registry();
    const { pipeline, cluster, clock } = pipelineWith(registry);
    const sent = track(pipeline.sendAll(['a', 'b', 'c'].map((value) => ({ topic: 't', value }))));
    registry.fail('b');
    registry.finish('a', 'c');
    await clock.settle();
    expect(sent.error).toMatchObject({ code: 'KAFKA_PRODUCER_SERIALIZATION', topic: 't' });
    expect(cluster.take()).toEqual([]);
  });

  it('are bounded in count: further records wait as they were given, and are started as others finish', async () => {
    const registry = new Registry();
    const { pipeline, clock } = pipelineWith(registry);
    const values = Array.from({ length: 2_500 }, (_, i) => String(i));
    const order: string[] = [];
    for (const value of values) {
      pipeline.enqueue({ topic: 't', value }).then(
        () => order.push(value),
        () => {},
      );
    }
    expect(registry.started).toBe(1_000);
    while (registry.running.size > 0) {
      registry.finish(...[...registry.running.keys()].toReversed());
      await clock.settle();
    }
    expect(registry.started).toBe(values.length);
    expect(registry.most).toBe(1_000);
    expect(order).toEqual(values);
  });

  it('that never finish do not keep others from working side by side, once their records are refused', async () => {
    const registry = new Registry();
    const { pipeline, clock } = pipelineWith(registry);
    for (let i = 0; i < 1_000; i++) void pipeline.send({ topic: 't', value: `stuck ${i}` }).catch(() => {});
    await clock.advance(60_000);
    registry.running.clear();
    for (let i = 0; i < 10; i++) void pipeline.send({ topic: 't', value: `later ${i}` }).catch(() => {});
    expect(registry.running.size).toBe(10);
  });

  it('that throw while they are started ahead fail their own record, and are asked once', async () => {
    const registry = new Registry();
    const serialize = (value: unknown): Promise<string> => {
      if (value !== 'bad') return registry.serialize(value);
      registry.started++;
      throw new Error('no schema');
    };
    const { pipeline, clock } = testPipeline({ serializers: { value: { serialize } } });
    for (let i = 0; i < 1_000; i++) void pipeline.send({ topic: 't', value: String(i) }).catch(() => {});
    const bad = track(pipeline.send({ topic: 't', value: 'bad' }));
    registry.finish('1'); // not the first: the bad one is started, and it is not its turn
    await clock.settle();
    expect([registry.started, bad.state]).toEqual([1_001, 'pending']);
    registry.finish(...registry.running.keys());
    await clock.settle();
    expect(bad.error).toMatchObject({ name: 'SerializationError' });
    expect(registry.started).toBe(1_001);
  });
});
