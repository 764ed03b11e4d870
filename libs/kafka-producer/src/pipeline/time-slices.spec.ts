import { describe, expect, it } from 'vitest';

import type { PipelineSettings } from './pipeline-settings.js';
import { BusyClock } from './spec-support/busy-clock.js';
import { testPipeline, track } from './spec-support/test-pipeline.js';

const RECORD_MS = 0.05;
/** What fits into a slice of 10 ms, and as many again as pass until the clock is looked at. */
const MOST_PER_TURN = 10 / RECORD_MS + 2 * 64;

/** A pipeline whose stages take 50 µs for each record. */
function busyPipeline(stages: 'partitioner' | 'serializer' | 'both', settings: Partial<PipelineSettings> = {}) {
  const clock = new BusyClock();
  const serialize = (value: unknown): string => {
    if (stages !== 'partitioner') clock.work(RECORD_MS);
    return String(value);
  };
  const partition = (): number => {
    if (stages !== 'serializer') clock.work(RECORD_MS);
    return 0;
  };
  const test = testPipeline({ serializers: { value: { serialize } }, partitioner: { partition }, ...settings }, clock);
  return { ...test, clock };
}

function recordsOf(count: number, topics: readonly string[]) {
  return Array.from({ length: count }, (_, i) => ({ topic: topics[i % topics.length]!, value: `<${i}>` }));
}

describe('no turn of the event loop is held for long', () => {
  it.each([
    ['serialised', 'serializer'],
    ['let in', 'partitioner'],
    ['serialised and let in', 'both'],
  ] as const)('by a sendAll while it is %s, and it keeps its places', async (_what, stages) => {
    const { pipeline, cluster, clock } = busyPipeline(stages);
    cluster.addTopic('u', [1]);
    const sent = track(pipeline.sendAll(recordsOf(2_000, ['t', 'u'])));
    const later = ['t', 'u'].map((topic) => track(pipeline.send({ topic, value: '<last>' })));
    const values = new Map<string, string[]>([['t', []], ['u', []]]); // prettier-ignore
    for (let i = 0; i < 20; i++) {
      await clock.settle();
      for (const request of cluster.take()) {
        for (const { topic, bytes } of request.batches) {
          values.get(topic)!.push(...bytes.toString('latin1').match(/<\w+>/g)!);
        }
        request.acknowledge(0);
      }
    }
    expect([sent, ...later].map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved']);
    const expected = (first: number): string[] => [
      ...Array.from({ length: 1_000 }, (_, i) => `<${first + 2 * i}>`),
      '<last>',
    ];
    expect(values.get('t')).toEqual(expected(0));
    expect(values.get('u')).toEqual(expected(1));
    expect(Math.max(...clock.turns)).toBeLessThanOrEqual(MOST_PER_TURN);
    expect(pipeline.stats()).toMatchObject({ bufferedBytes: 0, waitingRecords: 0 });
  });

  it('by many lines that may advance at once', async () => {
    const { pipeline, cluster, clock } = busyPipeline('partitioner');
    const topics = Array.from({ length: 10 }, (_, i) => `topic-${i}`);
    const loaded: (() => void)[] = [];
    cluster.onLoadTopic = (name) =>
      new Promise((resolve) => {
        loaded.push(() => {
          cluster.addTopic(name, [1]);
          resolve(cluster.topic(name)!);
        });
      });
    for (const record of recordsOf(3_000, topics)) track(pipeline.send(record));
    for (const answer of loaded) answer();
    await clock.settle();
    expect(pipeline.stats().waitingRecords).toBe(0);
    expect(clock.turns.reduce((sum, count) => sum + count)).toBe(3_000);
    expect(Math.max(...clock.turns)).toBeLessThanOrEqual(MOST_PER_TURN);
  });

  it('by records that are overdue together', async () => {
    const { pipeline, clock } = busyPipeline('partitioner', { maxBlockMs: 1_000 });
    for (const record of recordsOf(2_000, ['nowhere'])) {
      pipeline.send(record).catch(() => clock.work(0));
    }
    await clock.settle();
    clock.lookMs = 3; // at 64 records each
    await clock.advance(1_000);
    expect(clock.turns.reduce((sum, count) => sum + count)).toBe(2_000);
    expect(Math.max(...clock.turns)).toBeLessThanOrEqual(5 * 64);
    expect(pipeline.stats()).toMatchObject({ waitingRecords: 0, failedRecords: 2_000 });
  });
});

describe('a sendAll', () => {
  it('sends nothing when a record is refused after the first slice', async () => {
    const { pipeline, cluster, clock } = busyPipeline('serializer');
    const records = [...recordsOf(1_000, ['t']), { topic: 't', value: 'x', partition: -1 }];
    const sent = track(pipeline.sendAll(records));
    const later = track(pipeline.send({ topic: 't', value: 'later' }));
    await clock.settle();
    expect(sent.error).toMatchObject({ name: 'InvalidRecordError' });
    expect(cluster.received.flatMap(({ batches }) => batches)).toMatchObject([{ recordCount: 1 }]);
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(later.state).toBe('resolved');
    expect(pipeline.stats()).toMatchObject({ bufferedBytes: 0, waitingRecords: 0, failedRecords: 1_001 });
  });

  it('does not mind when its array is changed meanwhile', async () => {
    const { pipeline, cluster, clock } = busyPipeline('serializer');
    const records = recordsOf(1_000, ['t']);
    const sent = track(pipeline.sendAll(records));
    records.length = 0;
    await clock.settle();
    for (const request of cluster.take()) request.acknowledge(0);
    await clock.settle();
    expect(sent.value).toHaveLength(1_000);
  });
});
