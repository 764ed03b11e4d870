import { describe, expect, it } from 'vitest';

import { seedOf } from '../support/random.js';
import { useProducer } from '../support/use-producer.js';
import { embeddedRun, type EmbeddedRun } from './support/embedded-run.js';
import { EMBEDDED_TROUBLES } from './support/embedded-troubles.js';
import { leftBehind } from './support/left-behind.js';

/** Clusters that run beside each other: most of their time is waiting. */
const LANES = 5;
/** Enough for every trouble to happen. Fewer are for one seed that is to be repeated. */
const ENOUGH_ROUNDS = 50;
const ROUNDS = Number(process.env['ROUNDS'] ?? ENOUGH_ROUNDS);
const REQUEST_TIMEOUT_MS = 120;
const MAX_BLOCK_MS = 5_000;
/** How much later than allowed a record may be settled on a machine that is busy. */
const LEEWAY_MS = 1_000;

/** What a producer may do about an outage: sit it out, or give up before it is over. `okAbove`: share of the records that is acknowledged nevertheless. */
const PATIENCE = {
  'longer than any outage': { deliveryTimeoutMs: 30_000, okAbove: 0.99 },
  'shorter than an outage': { deliveryTimeoutMs: 150, okAbove: 0.05 },
};

interface OurRun extends EmbeddedRun {
  readonly retriedBatches: number;
  readonly leftBehind: readonly string[];
}

async function ourRun(seed: number, deliveryTimeoutMs: number): Promise<OurRun> {
  let retriedBatches = 0;
  let left: string[] = [];
  const run = await embeddedRun(seed, {
    callers: 60,
    troubleMs: 400,
    settleWithinMs: MAX_BLOCK_MS + deliveryTimeoutMs + LEEWAY_MS,
    client: (bootstrap, work) => {
      const producer = {
        requestTimeoutMs: REQUEST_TIMEOUT_MS,
        deliveryTimeoutMs,
        maxBlockMs: MAX_BLOCK_MS,
        retryBackoffMs: 5,
        retryBackoffMaxMs: 40,
      };
      const client = { connectionTimeout: REQUEST_TIMEOUT_MS };
      return useProducer(bootstrap, { client, producer }, async (service) => {
        await work((record) => service.send(record));
        ({ retriedBatches } = service.stats());
        left = leftBehind(service.stats());
      });
    },
  });
  return { ...run, retriedBatches, leftBehind: left };
}

describe('F30: our producer and brokers in trouble behind real sockets', () => {
  const firstSeed = seedOf('embedded-tcp');

  it.each(Object.entries(PATIENCE))(
    'does not lose, double or reorder a record with a patience %s',
    { timeout: 300_000 },
    async (_name, { deliveryTimeoutMs, okAbove }) => {
      const seeds = Array.from({ length: ROUNDS }, (_, index) => firstSeed + index);
      const runs = new Map<number, Awaited<ReturnType<typeof ourRun>>>();
      const lane = async (): Promise<void> => {
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
          runs.set(seed, await ourRun(seed, deliveryTimeoutMs));
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      const all = [...runs.values()];
      const records = all.reduce((sum, run) => sum + run.records, 0);
      const ok = all.reduce((sum, run) => sum + run.records * run.okRatio, 0);
      const slowestMs = Math.max(...all.map((run) => run.slowestMs));
      console.log(
        `${all.length} runs, ${records} records, ${((100 * ok) / records).toFixed(2)} % acknowledged, the slowest after ${Math.round(slowestMs)} ms`,
      );
      const wrong = [...runs]
        .filter(([, run]) => run.kinds.length > 0)
        .map(([seed, run]) => `SEED=${seed}: ${run.text}`);
      expect(wrong).toEqual([]);
      expect(all.flatMap((run) => run.leftBehind)).toEqual([]);
      expect(ok / records).toBeGreaterThan(okAbove);
      if (ROUNDS < ENOUGH_ROUNDS) return;
      expect(all.reduce((sum, run) => sum + run.retriedBatches, 0)).toBeGreaterThan(ROUNDS);
      expect(all.reduce((sum, run) => sum + run.seen, 0)).toBeGreaterThan(ROUNDS);
      expect(new Set(all.flatMap((run) => run.troubles))).toEqual(new Set(EMBEDDED_TROUBLES));
    },
  );
});
