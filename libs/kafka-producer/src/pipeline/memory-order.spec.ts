import { describe, expect, it } from 'vitest';

import { testPipeline, track } from './spec-support/test-pipeline.js';

/** A pipeline whose memory takes one record, and the topics in the order their records reach the brokers. */
function oneAtATime() {
  const test = testPipeline({ bufferMemoryBytes: 1_100, maxBlockMs: 10_000 });
  for (const topic of ['A', 'B']) test.cluster.addTopic(topic, [1]);
  const send = (name: string): object => track(test.pipeline.send({ topic: name[0]!, value: name.padEnd(1_000, '.') }));
  const arrived: string[] = [];
  const drain = async (): Promise<string[]> => {
    await test.clock.settle();
    for (let requests = test.cluster.take(); requests.length > 0; requests = test.cluster.take()) {
      for (const request of requests) {
        for (const { bytes } of request.batches) arrived.push(...bytes.toString('latin1').match(/[AB]\d/g)!);
        request.acknowledge(0);
      }
      await test.clock.settle();
    }
    return arrived;
  };
  return { ...test, send, drain };
}

describe('records that wait for memory', () => {
  it('get it in the order of the calls, across topics', async () => {
    const { send, drain } = oneAtATime();
    for (const name of ['A1', 'A2', 'A3', 'B1', 'B2', 'A4']) send(name);
    expect(await drain()).toEqual(['A1', 'A2', 'A3', 'B1', 'B2', 'A4']);
  });

  it('get it in their turn after they have waited for metadata, and hold none before', async () => {
    const { cluster, send, drain, pipeline } = oneAtATime();
    const { topics } = cluster;
    const known = topics.get('A')!;
    topics.delete('A');
    let loaded: () => void = () => {};
    cluster.onLoadTopic = () =>
      new Promise((resolve) => {
        loaded = () => (topics.set('A', known), resolve(known));
      });
    for (const name of ['A1', 'A2', 'B1', 'B2', 'B3']) send(name);
    expect(pipeline.stats()).toMatchObject({ bufferedRecords: 1, waitingRecords: 4 });
    loaded();
    await Promise.resolve();
    await Promise.resolve();
    expect(await drain()).toEqual(['B1', 'A1', 'A2', 'B2', 'B3']);
  });

  it('give it back when their topic becomes unknown while they wait', async () => {
    const { cluster, clock, pipeline, send } = oneAtATime();
    for (const name of ['B1', 'A1', 'B2']) send(name);
    await clock.settle();
    cluster.topics.delete('A');
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(cluster.takeOne().batches).toMatchObject([{ topic: 'B' }]);
    expect(pipeline.stats()).toMatchObject({ waitingRecords: 1, bufferedRecords: 1 });
  });

  it('let a sendAll have it before later calls of other topics', async () => {
    const { pipeline, send, drain } = oneAtATime();
    send('B1');
    track(pipeline.sendAll(['A1', 'A2', 'A3'].map((name) => ({ topic: 'A', value: name.padEnd(1_000, '.') }))));
    for (const name of ['B2', 'B3']) send(name);
    expect(await drain()).toEqual(['B1', 'A1', 'A2', 'A3', 'B2', 'B3']);
  });
});
