import { EmbeddedKafka } from 'embedded-kafka';
import type { KafkaProducerService, Transaction } from 'nestjs-kafka-producer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { useProducer } from '../support/use-producer.js';

const STREAMING = { mode: 'streaming' } as const;

describe('units that stream and have fewer producers than they want', () => {
  const topic = 'orders';
  let kafka: EmbeddedKafka;

  beforeEach(async () => {
    kafka = await EmbeddedKafka.start({ topics: [{ name: topic, partitions: 1 }] });
  });

  afterEach(() => kafka.stop());

  const using = <T>(work: (producer: KafkaProducerService) => Promise<T>, transactions = {}): Promise<T> =>
    useProducer(kafka.bootstrap, { transactions }, work);

  const committed = async (): Promise<string[]> =>
    (await kafka.recordsIn(topic, { isolation: 'read_committed' })).map(({ value }) => String(value));

  it('share a pool: first come, first served, and nobody waits for itself', async () => {
    await using(
      async (producer) => {
        const inner = { propagation: 'requires-new', ...STREAMING } as const;
        const nested = producer.transaction(async () => {
          await producer.transaction(async () => {}, inner);
        }, STREAMING);
        await expect(nested).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_POOL_EXHAUSTED', heldByAncestor: true });
        const held = await producer.beginTransaction(STREAMING);
        const late = producer.transaction(async () => {}, STREAMING);
        await expect(late).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_POOL_EXHAUSTED', heldByAncestor: false });
        const patient = producer.transaction(
          async (unit) => void (await unit.send({ topic, partition: 0, value: 'patient' })),
          STREAMING,
        );
        expect(producer.stats()).toMatchObject({
          streamingProducers: 1,
          maxStreamingProducers: 1,
          waitingForProducer: 1,
        });
        await held.send({ topic, partition: 0, value: 'held' });
        await held.commit();
        await patient;
        const cancelled = new AbortController();
        const other = await producer.beginTransaction(STREAMING);
        const waiting = producer.transaction(async () => {}, { ...STREAMING, signal: cancelled.signal });
        cancelled.abort();
        await expect(waiting).rejects.toMatchObject({ reason: 'cancelled' });
        await other.abort();
        const atRest = { streamingProducers: 0, waitingForProducer: 0, openUnits: 0 };
        await expect.poll(() => producer.stats()).toMatchObject(atRest);
      },
      { maxStreamingProducers: 1, acquireTimeoutMs: 300 },
    );
    await expect.poll(committed).toEqual(['held', 'patient']);
  });

  it('begin late rather than fail while there is memory: a nested one that finds no producer goes on staged, up to four times maxUnitBytes', async () => {
    const inner = { propagation: 'requires-new' } as const;
    await using(
      async (producer) => {
        const fill = async (unit: Transaction, kilobytes: number): Promise<void> => {
          for (let count = 0; count < kilobytes; count++)
            await unit.send({ topic, partition: 0, value: 'x'.repeat(950) });
        };
        const states: string[] = [];
        const whole = producer.transaction(async (outer) => {
          await fill(outer, 12);
          await producer.transaction(async (unit) => {
            await fill(unit, 30);
            states.push(outer.state, unit.state);
          }, inner);
          await producer.transaction((unit) => fill(unit, 50), inner);
        });
        await expect(whole).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_POOL_EXHAUSTED', heldByAncestor: true });
        expect(states).toEqual(['streaming', 'open']);
        expect(producer.stats()).toMatchObject({ openUnits: 0, stagedBytes: 0, waitingForProducer: 0 });
      },
      { maxUnitBytes: 10_000, maxStagedBytes: 200_000, maxStreamingProducers: 1 },
    );
    await expect.poll(committed).toHaveLength(30);
  });
});
