import { EmbeddedKafka } from 'embedded-kafka';
import { describe, expect, it } from 'vitest';

import { unitViolations, type CheckedUnit } from '../history/check-units.js';
import { partOf } from '../history/unit-record.js';
import { runUnit } from '../support/run-unit.js';
import { useProducer } from '../support/use-producer.js';

const TOPICS = ['orders', 'stock'];
const PARTITIONS = 3;
const UNITS_AROUND = 40;
/** So many of them stream: more than the pool has producers. */
const STREAMING_AROUND = 16;
const OPTIONS = {
  producer: { requestTimeoutMs: 500, retryBackoffMs: 20, retryBackoffMaxMs: 100 },
  transactions: { commitTimeoutMs: 20_000 },
};
const APIS = ['FindCoordinator', 'InitProducerId', 'AddPartitionsToTxn', 'Produce', 'EndTxn'] as const;
const TROUBLES = [
  ['a lost request', 'onRequest', 'drop'],
  ['a lost answer', 'onResponse', 'drop'],
  ['a connection cut before it was carried out', 'onRequest', 'cut'],
  ['a connection cut after it was carried out', 'onResponse', 'cut'],
  ['a late answer', 'onResponse', { delayMs: 300 }],
] as const;

const PLACES = TOPICS.flatMap((topic) => Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })));

/** Torn, doubled, or not as it was told. */
async function violations(kafka: EmbeddedKafka, units: readonly CheckedUnit[]): Promise<string[]> {
  const seen = TOPICS.map((topic) => kafka.recordsIn(topic, { isolation: 'read_committed' }));
  return unitViolations(
    units,
    (await Promise.all(seen)).flat().map(({ value }) => partOf(String(value))),
  );
}

describe.each([1, 2] as const)('units of transactions of version %i', (transactionVersion) => {
  it.each(APIS.flatMap((api) => TROUBLES.map(([what, side, action]) => ({ api, what, side, action }))))(
    'are whole or not there, and told the truth, through $what of $api',
    async ({ api, side, action }) => {
      const topics = TOPICS.map((name) => ({ name, partitions: PARTITIONS }));
      const kafka = await EmbeddedKafka.start({ brokers: 3, transactionVersion, topics });
      try {
        await useProducer(kafka.bootstrap, OPTIONS, async (producer) => {
          const isFirstUse = api === 'FindCoordinator' || api === 'InitProducerId';
          const before = isFirstUse ? [] : [await runUnit(producer, 'before', PLACES)];
          expect(before.filter(({ told }) => told !== 'committed')).toEqual([]);
          const fault = kafka.faults[side](api, { times: 2, action });
          const around = (['staged', 'streaming'] as const).flatMap((mode) =>
            Array.from({ length: mode === 'staged' ? UNITS_AROUND : STREAMING_AROUND }, (_, index) =>
              runUnit(producer, `${mode}-${index}`, PLACES, { mode }),
            ),
          );
          const units = await Promise.all(around);
          expect(fault.hits).toBeGreaterThan(0);
          for (const mode of ['staged', 'streaming'] as const)
            units.push(await runUnit(producer, `${mode}-after`, PLACES, { mode }));
          expect(units.filter(({ told }) => told !== 'committed')).toEqual([]);
          await expect.poll(() => violations(kafka, [...before, ...units])).toEqual([]);
          expect(producer.stats()).toMatchObject({
            openUnits: 0,
            waitingUnits: 0,
            stagedBytes: 0,
            quarantinedUnits: 0,
            streamingProducers: 0,
            waitingForProducer: 0,
          });
        });
      } finally {
        await kafka.stop();
      }
    },
  );
});
