import { Simulation, type EmbeddedKafka } from 'embedded-kafka';
import { describe, expect, it } from 'vitest';

import { SimulatedProducer } from './support/simulated-producer.js';
import { simulatedUnits } from './support/simulated-units.js';

/** `SEED=17` runs that one; `SEEDS=100` so many, from `SEED` or 1 on. */
const { SEED, SEEDS } = process.env;
const FIRST = Number(SEED ?? 1);
const COUNT = Number(SEEDS ?? (SEED === undefined ? 3 : 1));
/** Ids of the committer's ring, and of the one for partitions that do not answer. */
const RING_SIZE = 3;
const QUARANTINE_RING_SIZE = 2;
/** Units that fit into the memory at a time. */
const CAPACITY = 4;
const BROKERS = 3;
/** For transactional records, and for everything that is not a record. */
const CONNECTIONS_PER_BROKER = 2;
const VALUE_BYTES = 20_000;
const MAX_STAGED_BYTES = VALUE_BYTES * CAPACITY + 10_000;
const FAILURES = 10 * Math.max(CAPACITY, RING_SIZE);
const COMMIT_TIMEOUT_MS = 3_000;

interface Edge {
  readonly edge: string;
  readonly break: (kafka: EmbeddedKafka) => void;
  readonly work?: 'fails';
  readonly levels?: readonly (1 | 2)[];
  readonly code: string;
}

const ABORTED = 'KAFKA_PRODUCER_TRANSACTION_ABORTED';
const UNKNOWN = 'KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN';
const refusing =
  (api: 'InitProducerId' | 'AddPartitionsToTxn' | 'Produce' | 'TxnOffsetCommit', errorCode: number) =>
  (kafka: EmbeddedKafka): void =>
    void kafka.faults.onRequest(api, { action: { errorCode } });

const EDGES: readonly Edge[] = [
  { edge: 'the work', break: () => {}, work: 'fails', code: 'of the work' },
  { edge: 'init', break: refusing('InitProducerId', 53), code: ABORTED },
  { edge: 'begin', break: refusing('AddPartitionsToTxn', 29), levels: [1], code: ABORTED },
  { edge: 'send', break: refusing('Produce', 29), code: ABORTED },
  {
    edge: 'send without an answer',
    break: (kafka) => void kafka.faults.onRequest('Produce', { action: 'drop' }),
    code: ABORTED,
  },
  { edge: 'offsets', break: refusing('TxnOffsetCommit', 22), code: ABORTED },
  {
    edge: 'commit',
    break: (kafka) => void kafka.faults.onRequest('EndTxn', { action: 'cut', matches: ({ committed }) => committed }),
    code: UNKNOWN,
  },
  {
    edge: 'abort',
    break: (kafka) => {
      refusing('Produce', 29)(kafka);
      kafka.faults.onRequest('EndTxn', { action: 'cut' });
    },
    code: ABORTED,
  },
];

async function start(simulation: Simulation, transactionVersion: 1 | 2) {
  const kafka = await simulation.startKafka({
    brokers: BROKERS,
    transactionVersion,
    topics: ['orders', 'consumed'].map((name) => ({ name, partitions: 3 })),
  });
  const producer = await SimulatedProducer.create(simulation, {
    brokers: kafka.bootstrap,
    producer: { requestTimeoutMs: 500 },
  });
  const engine = simulatedUnits(simulation, producer, {
    commitTimeoutMs: COMMIT_TIMEOUT_MS,
    maxStagedBytes: MAX_STAGED_BYTES,
    maxUnitBytes: VALUE_BYTES + 1_000,
  });
  const unit = (name: string, work: () => Promise<void> = async () => {}): Promise<void> =>
    engine.transactions.run(
      async (tx) => {
        const value = name.padEnd(VALUE_BYTES, '.');
        await tx.send({ topic: 'orders', partition: name.length % 3, value });
        const offsets = [{ topic: 'consumed', partition: 0, offset: name.replace(/\D+/g, '') }];
        if (name.startsWith('offset')) await tx.sendOffsets({ groupId: 'readers', offsets, member: 'unfenced' });
        await work();
      },
      { timeoutMs: 600_000 },
    );
  /** As many units at a time as the memory holds, and one more, which has to wait for theirs; then as many in a row as bring all ids to use. */
  const useAll = async (): Promise<void> => {
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let inside = 0;
    const held = Array.from({ length: CAPACITY + 1 }, (_, index) =>
      unit(`full ${index}`, () => {
        inside++;
        return gate;
      }),
    );
    await simulation.sleep(100);
    expect(inside).toBe(CAPACITY);
    expect(engine.stats().stagedBytes).toBeGreaterThan(CAPACITY * VALUE_BYTES);
    open();
    await Promise.all(held);
    for (let index = 0; index < 4 * RING_SIZE; index++) await unit(`row ${index}`);
  };
  return { kafka, producer, engine, unit, useAll };
}

const cases = EDGES.flatMap(({ levels = [1, 2], ...edge }) => levels.map((level) => ({ ...edge, level })));
const seeds = Array.from({ length: COUNT }, (_, index) => FIRST + index);

describe.each(seeds)('nothing leaks, SEED=%i:', (seed) => {
  it.each(cases)(
    'after ten times its capacity of failures at $edge, at level $level, a producer is as it was',
    async ({ break: breakIt, edge, level, work, code }) => {
      const simulation = new Simulation({ seed, latencyMs: [1, 5], maxVirtualMs: 2_000_000, maxEvents: 600_000 });
      const { kafka, producer, engine, unit, useAll } = await start(simulation, level);
      const sockets = (): number => kafka.brokers.reduce((sum, { connectionCount }) => sum + connectionCount, 0);
      await simulation.run(async () => {
        // Only the first transaction of an id asks for it.
        if (edge !== 'init') await useAll();
        breakIt(kafka);
        const told = new Set<unknown>();
        for (let index = 0; index < FAILURES; index++) {
          const failing = unit(`${edge === 'offsets' ? 'offset' : 'failing'} ${index}`, async () => {
            if (work === 'fails') throw new Error(code);
          });
          await failing.then(
            () => told.add('committed'),
            (error: Error & { code?: string }) => told.add(error.code ?? error.message),
          );
        }
        expect(told).toContain(code);
        expect(told).not.toContain('committed');
        kafka.faults.clear();
        await simulation.sleep(60_000);
        expect(engine.stats()).toMatchObject({ openUnits: 0, waitingUnits: 0, quarantinedUnits: 0, stagedBytes: 0 });

        await useAll();
        expect(engine.stats()).toMatchObject({ openUnits: 0, waitingUnits: 0, quarantinedUnits: 0, stagedBytes: 0 });
        await simulation.sleep(60_000);
        expect(sockets()).toBeLessThanOrEqual(BROKERS * CONNECTIONS_PER_BROKER);
        const states = kafka.transactions.list().map(({ state }) => state);
        // As many again stand in for those that took part in what did not answer.
        const sets = edge === 'send without an answer' || edge === 'abort' ? 2 : 1;
        expect(states.length).toBeLessThanOrEqual(sets * (RING_SIZE + QUARANTINE_RING_SIZE));
        expect(states.filter((state) => !/^Complete|^Empty/.test(state))).toEqual([]);
        await engine.close(10_000);
        await producer.close();
      });
      await kafka.stop();
      await simulation.runFor(1_000);
      expect([sockets(), simulation.pendingEvents]).toEqual([0, 0]);
    },
  );
});
