import { Random } from 'embedded-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { seedOf } from '../support/random.js';
import { HeardKafka } from './support/heard-kafka.js';
import { pipelineRun } from './support/pipeline-run.js';
import { pipelineTroubles } from './support/pipeline-troubles.js';

const SESSION_MS = 1_500;

describe('a pipeline that is not exactly once', () => {
  const seed = seedOf('pipelines-found-out');
  let kafka: HeardKafka;

  beforeAll(async () => {
    kafka = await HeardKafka.embedded(1_000, { groupMinSessionTimeoutMs: 500, seed });
  });

  afterAll(() => kafka?.stop());

  it('handles records twice when its units do not say which member they are of', { timeout: 300_000 }, async () => {
    const random = new Random(seed);
    const troubles = pipelineTroubles(kafka, random, 1);
    const plan = { name: 'unfenced', transport: 'unfenced', records: 3_000, sessionMs: SESSION_MS } as const;
    const run = await pipelineRun(kafka, random, { ...plan, troubles, maxMessagesPerUnit: 1 });
    console.log(run.text);
    // Whether all of kafkajs' consumers leave in time is not what this is about.
    expect(run.problems.filter((problem) => !/was told to stop/.test(problem))).toEqual([]);
    expect(run.kinds).toContain('doubled');
    expect(run.text).toMatch(/\d+ doubled\n {2}'k\d+ \d+', input \d:\d+, is output \d:\d+ and output \d:\d+/);
    expect([...run.felt].filter(([, count]) => count === 0)).toEqual([]);
  });

  it('is seen to commit offsets before what it made of the records, while it runs', { timeout: 120_000 }, async () => {
    const plan = { name: 'first', transport: 'offsets-first', records: 600, sessionMs: SESSION_MS } as const;
    const nothing = { name: 'nothing', make: async () => 1 };
    const run = await pipelineRun(kafka, new Random(seed), { ...plan, troubles: [nothing], maxMessagesPerUnit: 1 });
    console.log(run.text);
    expect(run.problems).toEqual([]);
    expect(run.kinds).toEqual(['skipped']);
    expect(run.text).toMatch(
      /\d+ skipped\n {2}'k\d+ \d+(?: poison)?', input \d:\d+, has no output, and \d+ is committed/,
    );
  });
});
