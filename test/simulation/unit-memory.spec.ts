import { Simulation } from 'embedded-kafka';
import { describe, expect, it } from 'vitest';

import { SimulatedProducer } from './support/simulated-producer.js';
import { simulatedUnits } from './support/simulated-units.js';

const { SEED, SEEDS } = process.env;
const FIRST = Number(SEED ?? 1);
const COUNT = Number(SEEDS ?? (SEED === undefined ? 5 : 1));
const UNITS = 40;
const RECORD_BYTES = 4_000;
/** Of each unit at most. */
const MAX_RECORDS = 12;
/** Room for a quarter of what the units want together, if each only wanted its first record. */
const MAX_STAGED_BYTES = (UNITS / 4) * RECORD_BYTES;
const MAX_UNIT_BYTES = 7 * RECORD_BYTES;
/** Those that have outgrown what is staged, and stream. */
const MAX_STREAMING = 10;
/** What the oldest, with all that is nested in it, may hold even if there is less; and a record of each that streams. */
const MAX_OVERDRAFT_BYTES = 4 * MAX_UNIT_BYTES + MAX_STREAMING * RECORD_BYTES;

describe.each(Array.from({ length: COUNT }, (_, index) => FIRST + index))('forty units, SEED=%i,', (seed) => {
  it('that all want more memory than there is come to their end, every one', async () => {
    const simulation = new Simulation({ seed, latencyMs: [1, 5], maxVirtualMs: 600_000, maxEvents: 600_000 });
    const { random } = simulation;
    const kafka = await simulation.startKafka({ brokers: 3, topics: [{ name: 'orders', partitions: 3 }] });
    const producer = await SimulatedProducer.create(simulation, { brokers: kafka.bootstrap });
    const engine = simulatedUnits(simulation, producer, {
      maxStagedBytes: MAX_STAGED_BYTES,
      maxUnitBytes: MAX_UNIT_BYTES,
      maxStreamingProducers: MAX_STREAMING,
    });
    let sent = 0;
    let mostStaged = 0;
    let mostWaiting = 0;
    let sending = 0;
    const unit = async (name: number, depth = 0): Promise<void> =>
      engine.transactions.run(
        async (tx) => {
          for (let left = random.integer(2, MAX_RECORDS); left > 0; left--) {
            mostWaiting = Math.max(mostWaiting, ++sending);
            await tx.send({ topic: 'orders', value: `${name}`.padEnd(RECORD_BYTES, '.') });
            sending--;
            sent++;
            mostStaged = Math.max(mostStaged, engine.stats().stagedBytes);
            await simulation.sleep(random.integer(0, 20));
            if (depth === 0 && random.chance(0.05)) await unit(name, 1);
          }
        },
        { propagation: 'requires-new', timeoutMs: 500_000 },
      );
    await simulation.run(async () => {
      await Promise.all(Array.from({ length: UNITS }, (_, name) => unit(name)));
      expect(engine.stats()).toMatchObject({ openUnits: 0, waitingUnits: 0, stagedBytes: 0 });
      await engine.close(10_000);
      await producer.close();
      await simulation.sleep(5_000);
    });
    expect(mostWaiting).toBeGreaterThan(UNITS / 2);
    expect(mostStaged).toBeGreaterThan(MAX_STAGED_BYTES / 2);
    expect(mostStaged).toBeLessThanOrEqual(MAX_STAGED_BYTES + MAX_OVERDRAFT_BYTES);
    expect(await kafka.recordsIn('orders', { isolation: 'read_committed' })).toHaveLength(sent);
    await kafka.stop();
    await simulation.runFor(1_000);
    expect(simulation.pendingEvents).toBe(0);
  });
});
