import { Random } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { seedOf } from '../../support/random.js';
import type { HeardKafka } from './heard-kafka.js';
import { pipelineRun, type PipelinePlan } from './pipeline-run.js';
import { pipelineTroubles } from './pipeline-troubles.js';

/** Of each run, instead of what a place can afford every time. */
const RECORDS = process.env['RECORDS'];
/** How often every trouble comes. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 1);
/** Runs of each kind, each with a seed of its own. */
const SEEDS = Number(process.env['SEEDS'] ?? 1);
const RUN_MS = 600_000;

/** What makes a handler exactly once, and how many records it takes into a unit. */
const TRANSPORTS: readonly { readonly transport: 'strategy' | 'plain'; readonly maxMessagesPerUnit: number }[] = [
  { transport: 'strategy', maxMessagesPerUnit: 20 },
  { transport: 'plain', maxMessagesPerUnit: 1 },
];

export interface PipelinePlace {
  readonly start: () => Promise<HeardKafka>;
  readonly records: Readonly<Record<'strategy' | 'plain', number>>;
  readonly sessionMs: number;
}

/** A pipeline of each kind through every trouble. */
export function pipelineSuite({ start, records, sessionMs }: PipelinePlace): void {
  const firstSeed = seedOf('pipelines');
  let kafka: HeardKafka;

  beforeAll(async () => {
    kafka = await start();
  });

  afterAll(() => kafka?.stop());

  const cases = TRANSPORTS.flatMap((each) =>
    Array.from({ length: SEEDS }, (_, index) => ({ ...each, seed: (firstSeed + index) >>> 0 })),
  );
  it.each(cases)(
    'has one output of every record, in the order of its key, and none is skipped: $transport, $maxMessagesPerUnit records in a unit (SEED=$seed)',
    { timeout: RUN_MS * ROUNDS },
    async ({ seed, transport, maxMessagesPerUnit }) => {
      const random = new Random(seed);
      const troubles = pipelineTroubles(kafka, random, ROUNDS);
      const name = `${transport}-${seed}`;
      const count = Number(RECORDS ?? records[transport]);
      const plan: PipelinePlan = { name, transport, records: count, troubles, sessionMs, maxMessagesPerUnit };
      const run = await pipelineRun(kafka, random, plan);
      console.log(`${name}: ${JSON.stringify({ ...run, felt: Object.fromEntries(run.felt) })}`);
      expect(run.text).toBe('no violation');
      expect(run.problems).toEqual([]);
      expect(run.outputs + run.deadLetters).toBe(count);
      expect(run.deadLetters).toBeGreaterThan(0);
      const unfelt = [...run.felt].filter(([, count]) => count === 0);
      expect(unfelt, 'troubles nobody felt').toEqual([]);
      expect(run.notes.failed).toBeGreaterThan(run.deadLetters);
      expect(run.notes.fenced, 'units refused because their member was evicted').toBeGreaterThan(0);
      expect(run.judgedLooks).toBeGreaterThan(troubles.length);
      expect(run.advances).toBeGreaterThan(troubles.length);
    },
  );
}
