import { describe, expect, it } from 'vitest';

import { testPipeline, track } from './spec-support/test-pipeline.js';

describe('the statistics of a pipeline', () => {
  it.each([
    ['metadata', { topic: 'nowhere' }],
    ['memory', { topic: 't' }],
  ])('tell the age of the oldest record while everything waits for %s', async (_what, { topic }) => {
    const { pipeline, clock } = testPipeline({ bufferMemoryBytes: 1_000 });
    await clock.advance(500);
    for (let i = 0; i < 2; i++) {
      track(pipeline.send({ topic, value: 'v'.repeat(700) }));
      await clock.advance(1_000);
    }
    expect(pipeline.stats().oldestUnsentAgeMs).toBe(2_000);
  });

  it('tell the age of a sendAll that is being serialised, and count its records', async () => {
    const serialize = (): Promise<string> => new Promise(() => {});
    const { pipeline, clock } = testPipeline({ serializers: { value: { serialize } } });
    track(pipeline.sendAll([1, 2, 3].map((value) => ({ topic: 't', value }))));
    await clock.advance(700);
    expect(pipeline.stats()).toMatchObject({ oldestUnsentAgeMs: 700, waitingRecords: 3 });
  });

  it('count records that are refused after they have waited, and not those refused at the door', async () => {
    const { pipeline, clock } = testPipeline({ maxBlockMs: 1_000 });
    for (let i = 0; i < 3; i++) track(pipeline.send({ topic: 'nowhere', value: i }));
    track(pipeline.send({ topic: '', value: 1 }));
    await clock.advance(1_000);
    expect(pipeline.stats()).toMatchObject({ failedRecords: 3, waitingRecords: 0, oldestUnsentAgeMs: 0 });
  });
});
