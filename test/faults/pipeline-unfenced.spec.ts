import { Random } from 'embedded-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { seedOf } from '../support/random.js';
import { HeardKafka } from './support/heard-kafka.js';
import { pipelineRun } from './support/pipeline-run.js';
import { pipelineTroubles } from './support/pipeline-troubles.js';

const RECORDS = 3_000;
const SESSION_MS = 1_500;

describe('a pipeline whose units do not say which member of the group they are of', () => {
  const seed = seedOf('pipeline-unfenced');
  let kafka: HeardKafka;

  beforeAll(async () => {
    kafka = await HeardKafka.embedded(1_000, { groupMinSessionTimeoutMs: 500, seed });
  });

  afterAll(() => kafka?.stop());

  it('shows what the checker is there for: records handled by two members', { timeout: 300_000 }, async () => {
    const random = new Random(seed);
    const troubles = pipelineTroubles(kafka, random, 1);
    const plan = {
      name: 'unfenced',
      transport: 'unfenced',
      records: RECORDS,
      sessionMs: SESSION_MS,
      troubles,
    } as const;
    const run = await pipelineRun(kafka, random, { ...plan, maxMessagesPerUnit: 1 });
    console.log(run.text);
    // Whether all of kafkajs' consumers leave in time is not what this is about.
    expect(run.problems.filter((problem) => !/was told to stop/.test(problem))).toEqual([]);
    expect(run.kinds).toContain('doubled');
    expect(run.text).toMatch(/\d+ doubled\n {2}'k\d+ \d+', input \d:\d+, is output \d:\d+ and output \d:\d+/);
    expect([...run.felt].filter(([, count]) => count === 0)).toEqual([]);
  });
});
