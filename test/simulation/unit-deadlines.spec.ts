import { Simulation, type EmbeddedKafka } from 'embedded-kafka';
import { describe, expect, it } from 'vitest';

import type { TransactionEngine } from '../../libs/kafka-producer/src/transactions/transaction-engine.js';
import { SimulatedProducer } from './support/simulated-producer.js';
import { simulatedUnits } from './support/simulated-units.js';

const SEED = Number(process.env['SEED'] ?? 1);
const COMMIT_TIMEOUT_MS = 8_000;
/** What a verdict may take beyond its deadline: what is under way is given up at it. */
const GRACE_MS = 100;

interface Stage {
  readonly simulation: Simulation;
  readonly kafka: EmbeddedKafka;
  readonly engine: TransactionEngine;
  /** What no caller was told. */
  readonly told: readonly string[];
  readonly unit: (value: string, timeoutMs?: number) => Promise<string>;
  readonly committed: () => Promise<string[]>;
}

/** Runs a scene on a cluster of its own, on virtual time, and looks that nothing is left of it. */
async function onStage(level: 1 | 2, scene: (stage: Stage) => Promise<void>): Promise<void> {
  const simulation = new Simulation({ seed: SEED, latencyMs: [1, 5], maxVirtualMs: 500_000, maxEvents: 200_000 });
  const kafka = await simulation.startKafka({
    transactionVersion: level,
    topics: ['orders', 'consumed'].map((name) => ({ name, partitions: 1 })),
  });
  const producer = await SimulatedProducer.create(simulation, { brokers: kafka.bootstrap });
  const told: string[] = [];
  const settledLate = (): void => void told.push('settled late');
  const engine = simulatedUnits(simulation, producer, { commitTimeoutMs: COMMIT_TIMEOUT_MS }, { settledLate });

  const offsets = (value: string) => [{ topic: 'consumed', partition: 0, offset: value }];
  /** @returns what its caller was told, and after how long */
  const unit = async (value: string, timeoutMs?: number): Promise<string> => {
    const startedAtMs = simulation.clock.now();
    let outcome = 'committed';
    try {
      await engine.transactions.run(
        async (tx) => {
          await tx.send({ topic: 'orders', value });
          await tx.sendOffsets({ groupId: 'readers', offsets: offsets(value), member: 'unfenced' });
        },
        { timeoutMs },
      );
    } catch (error) {
      const { code, reason } = error as { code?: string; reason?: string };
      outcome = code === 'KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN' ? 'unknown' : String(reason ?? error);
    }
    const tookMs = simulation.clock.now() - startedAtMs;
    const limitMs = timeoutMs ?? COMMIT_TIMEOUT_MS;
    if (outcome === 'committed') return outcome;
    return `${outcome} ${tookMs < limitMs ? 'before' : tookMs < limitMs + GRACE_MS ? 'at' : 'after'} its deadline`;
  };
  const committed = async (): Promise<string[]> => {
    const records = await kafka.recordsIn('orders', { isolation: 'read_committed' });
    return records.map(({ value }) => String(value));
  };
  await simulation.run(async () => {
    await scene({ simulation, kafka, engine, told, unit, committed });
    expect(engine.stats()).toMatchObject({ openUnits: 0, waitingUnits: 0, stagedBytes: 0 });
    await engine.close(10_000);
    await producer.close();
  });
  await kafka.stop();
  await simulation.runFor(1_000);
  expect(simulation.pendingEvents).toBe(0);
}

const STEPS = [
  { step: 'FindCoordinator', told: 'timeout at its deadline' },
  { step: 'InitProducerId', told: 'timeout at its deadline' },
  { step: 'AddPartitionsToTxn', levels: [1], told: 'timeout at its deadline' },
  { step: 'Produce', told: 'timeout at its deadline' },
  { step: 'AddOffsetsToTxn', levels: [1], told: 'timeout at its deadline' },
  { step: 'TxnOffsetCommit', told: 'timeout at its deadline' },
  { step: 'EndTxn', told: 'unknown at its deadline' },
] as const;
const cases = STEPS.flatMap((row) =>
  ('levels' in row ? row.levels : ([1, 2] as const)).map((level) => ({ ...row, level })),
);

describe(`commitTimeoutMs, with SEED=${SEED},`, () => {
  it.each(cases)('is kept when $step gets no answer, at level $level', async ({ step, level, told: expected }) => {
    await onStage(level, async ({ simulation, kafka, told, unit, committed }) => {
      const silent = kafka.faults.onRequest(step, { action: 'drop' });
      expect(await unit('1')).toBe(expected);
      expect(silent.hits).toBeGreaterThan(0);
      kafka.faults.clear();
      // What was silent for so long may be sought for a while; a unit after it is told nothing of that.
      await simulation.sleep(60_000);
      expect(await unit('2')).toBe('committed');
      await simulation.sleep(5_000);
      expect(told.filter((what) => what === 'settled late')).toHaveLength(step === 'EndTxn' ? 1 : 0);
      // A commit that was unknown may have been one.
      const seen = await committed();
      expect(step === 'EndTxn' ? seen.filter((value) => value !== '1') : seen).toEqual(['2']);
    });
  });
});

describe(`timeoutMs, with SEED=${SEED},`, () => {
  it('is kept while the unit waits for a group, and not beyond', async () => {
    await onStage(2, async ({ simulation, kafka, unit, committed }) => {
      expect(await unit('1')).toBe('committed');
      const slow = kafka.faults.onRequest('EndTxn', { times: 1, action: { delayMs: 3_000 } });
      const committing = unit('2', 1_000);
      await slow.struck();
      expect(await unit('3', 1_000)).toBe('timeout at its deadline');
      expect(await committing).toBe('committed');
      await simulation.sleep(1_000);
      expect(await committed()).toEqual(['1', '2']);
    });
  });
});

describe(`close(), with SEED=${SEED},`, () => {
  it('takes no longer than it may, with a unit that never ends and a commit that nobody answers', async () => {
    await onStage(2, async ({ simulation, kafka, engine, unit }) => {
      expect(await unit('1')).toBe('committed');
      const silent = kafka.faults.onRequest('EndTxn', { action: 'drop' });
      const committing = unit('2');
      await silent.struck();
      const never = engine.transactions.run(() => new Promise<never>(() => {}));
      const ended = never.catch(({ reason }: { reason: string }) => reason);
      const startedAtMs = simulation.clock.now();
      await engine.close(2_000);
      expect(simulation.clock.now() - startedAtMs).toBeLessThanOrEqual(2_000 + GRACE_MS);
      expect([await ended, await committing]).toEqual(['cancelled', 'unknown before its deadline']);
    });
  });
});
