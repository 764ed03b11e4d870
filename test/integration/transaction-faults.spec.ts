import { EmbeddedKafka } from 'embedded-kafka';
import type { KafkaProducerService } from 'nestjs-kafka-producer';
import { describe, expect, it } from 'vitest';

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

/** What a unit's caller was told. */
type Told = 'committed' | 'aborted' | 'unknown';

async function unit(
  producer: KafkaProducerService,
  name: string,
  mode: 'staged' | 'streaming' = 'staged',
): Promise<Told> {
  try {
    const work = async (): Promise<void> => {
      for (const topic of TOPICS) {
        for (let partition = 0; partition < PARTITIONS; partition++)
          await producer.send({ topic, partition, value: name });
      }
    };
    await producer.transaction(work, { mode });
    return 'committed';
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'KAFKA_PRODUCER_TRANSACTION_ABORTED') return 'aborted';
    if (code === 'KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN') return 'unknown';
    throw error;
  }
}

async function visible(kafka: EmbeddedKafka): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const topic of TOPICS) {
    for (const { value } of await kafka.recordsIn(topic, { isolation: 'read_committed' })) {
      counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    }
  }
  return counts;
}

/** Torn, doubled, or not as it was told. */
async function violations(kafka: EmbeddedKafka, told: ReadonlyMap<string, Told>): Promise<string[]> {
  const counts = await visible(kafka);
  const whole = TOPICS.length * PARTITIONS;
  const wrong: string[] = [];
  for (const [name, outcome] of told) {
    const count = counts.get(name) ?? 0;
    const allowed = outcome === 'committed' ? [whole] : outcome === 'aborted' ? [0] : [0, whole];
    if (!allowed.includes(count)) wrong.push(`${name} is ${outcome}, and ${count} of ${whole} of its records are seen`);
  }
  return wrong;
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
          expect(isFirstUse ? 'committed' : await unit(producer, 'before')).toBe('committed');
          const fault = kafka.faults[side](api, { times: 2, action });
          const around = (['staged', 'streaming'] as const).flatMap((mode) =>
            Array.from({ length: mode === 'staged' ? UNITS_AROUND : STREAMING_AROUND }, async (_, index) => {
              const name = `${mode}-${index}`;
              return [name, await unit(producer, name, mode)] as const;
            }),
          );
          const told = new Map(await Promise.all(around));
          expect(fault.hits).toBeGreaterThan(0);
          expect([...told].filter(([, outcome]) => outcome !== 'committed')).toEqual([]);
          for (const mode of ['staged', 'streaming'] as const) {
            told.set(`${mode} after`, await unit(producer, `${mode} after`, mode));
            expect(told.get(`${mode} after`)).toBe('committed');
          }
          await expect.poll(() => violations(kafka, told)).toEqual([]);
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
