import { setTimeout as delay } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { KafkaProducerModule, KafkaProducerService, ProducerFencedError, type Delivery } from 'nestjs-kafka-producer';
import { describe, expect, it, onTestFinished } from 'vitest';

import { useProducer } from '../support/use-producer.js';

/** After so long a producer uses its first id again instead of a second one. Longer does no harm. */
const RESTED_MS = 60;

async function startKafka(options: EmbeddedKafkaOptions = {}): Promise<EmbeddedKafka> {
  const topics = ['orders', 'plain'].map((name) => ({ name, partitions: 1 }));
  const kafka = await EmbeddedKafka.start({ topics, ...options });
  onTestFinished(() => kafka.stop());
  return kafka;
}

const unit = (producer: KafkaProducerService, value: string): Promise<unknown> =>
  producer.transaction((tx) => tx.send({ topic: 'orders', value }));

async function committed(kafka: EmbeddedKafka): Promise<string[]> {
  const records = await kafka.recordsIn('orders', { isolation: 'read_committed' });
  return records.map(({ value }) => String(value));
}

describe.each([1, 2] as const)('at level %i', (transactionVersion) => {
  it('a unit in which nothing was sent asks no broker for anything', async () => {
    const kafka = await startKafka({ transactionVersion });
    await useProducer(kafka.bootstrap, {}, async (producer) => {
      await unit(producer, 'before');
      kafka.clearRequests();
      await producer.transaction(async (tx) => {
        await tx
          .savepoint(async () => {
            await tx.send({ topic: 'orders', value: 'lost' });
            throw new Error('of the savepoint');
          })
          .catch(() => {});
      });
      await (await producer.beginTransaction()).commit();
      for (const api of ['InitProducerId', 'AddPartitionsToTxn', 'Produce', 'EndTxn'] as const)
        expect(kafka.requests(api)).toEqual([]);
    });
  });

  it('a unit asks for all acknowledgements and is idempotent, whatever the producer does otherwise', async () => {
    const kafka = await startKafka({ transactionVersion });
    await useProducer(kafka.bootstrap, { producer: { acks: 0 } }, async (producer) => {
      await producer.send({ topic: 'plain', value: 'x' });
      await unit(producer, 'a');
      await kafka.requestSeen('Produce', ({ acks }) => acks === 0);
      const acks = kafka.requests('Produce').map((request) => request.acks);
      expect(acks.toSorted((a = 0, b = 0) => a - b)).toEqual([-1, 0]);
    });
    const [record] = await kafka.recordsIn('orders');
    expect(record?.producer).toMatchObject({ sequence: 0 });
  });

  it('a commit is decided when transaction() resolves, and seen when its markers are written', async () => {
    const kafka = await startKafka({ transactionVersion });
    await useProducer(kafka.bootstrap, {}, async (producer) => {
      kafka.transactions.holdMarkers();
      await unit(producer, 'a');
      expect(await committed(kafka)).toEqual([]);
      kafka.transactions.releaseMarkers();
      await expect.poll(() => committed(kafka)).toEqual(['a']);
    });
  });

  it('a plain topic that stalls, with all of the buffer, blocks no commit, and its time-out ends no connection of theirs', async () => {
    const kafka = await startKafka({ transactionVersion });
    const producerOptions = {
      bufferMemoryBytes: 65_536,
      batchSizeBytes: 16_384,
      requestTimeoutMs: 300,
      deliveryTimeoutMs: 30_000,
    };
    await useProducer(kafka.bootstrap, { producer: producerOptions, shutdownTimeoutMs: 5_000 }, async (producer) => {
      await unit(producer, 'before');
      const stalled = kafka.faults.onRequest('Produce', {
        action: 'drop',
        matches: ({ transactionalId }) => transactionalId === null,
      });
      const deliveries: Promise<Delivery>[] = [];
      for (let count = 0; count < 12; count++)
        deliveries.push(producer.enqueue({ topic: 'plain', value: 'x'.repeat(10_000) }));
      await stalled.struck(2); // one at least was given up, and its connection with it
      for (const value of ['a', 'b', 'c']) await unit(producer, value);
      expect(producer.stats().stagedBytes).toBe(0);
      stalled.heal();
      for (const delivery of await Promise.all(deliveries)) await delivery.acknowledged;
    });
    await expect.poll(() => committed(kafka)).toEqual(['before', 'a', 'b', 'c']);
  });

  it('transactionTimeoutMs and the ids go over the wire as they are configured', async () => {
    const kafka = await startKafka({ transactionVersion });
    const seen: unknown[] = [];
    kafka.faults.onRequest('InitProducerId', {
      action: 'cut',
      matches: ({ transactionalId, transactionTimeoutMs }) => {
        if (transactionalId !== null) seen.push([transactionalId, transactionTimeoutMs]);
        return false;
      },
    });
    const transactions = { idPrefix: 'shop', instanceId: 'pod-3', transactionTimeoutMs: 12_345 };
    await useProducer(kafka.bootstrap, { transactions }, (producer) => unit(producer, 'a'));
    expect(seen).toEqual([['shop-pod-3-0', 12_345]]);
  });

  it('two processes without an instanceId leave each other alone', async () => {
    const kafka = await startKafka({ transactionVersion });
    await useProducer(kafka.bootstrap, {}, (first) =>
      useProducer(kafka.bootstrap, {}, async (second) => {
        for (const value of ['a', 'b', 'c']) {
          await unit(first, `${value} of the first`);
          await unit(second, `${value} of the second`);
        }
      }),
    );
    await expect.poll(async () => (await committed(kafka)).length).toBe(6);
    expect(new Set(kafka.transactions.list().map(({ transactionalId }) => transactionalId)).size).toBeGreaterThan(1);
  });

  it('of two with the same instanceId the older is fenced, says how to mend it, and takes nothing back', async () => {
    const kafka = await startKafka({ transactionVersion });
    const transactions = { idPrefix: 'shop', instanceId: 'twin' };
    await useProducer(kafka.bootstrap, { transactions }, (older) =>
      useProducer(kafka.bootstrap, { transactions }, async (younger) => {
        await unit(older, 'before');
        await unit(younger, 'a');
        await delay(RESTED_MS);
        const fenced: unknown = await unit(older, 'never').catch((error: unknown) => error);
        expect(fenced).toBeInstanceOf(ProducerFencedError);
        expect((fenced as Error).message).toMatch(/'shop-twin-\d'.*transactions\.instanceId/);
        await unit(younger, 'b');
        await expect(unit(older, 'never')).rejects.toThrow(ProducerFencedError);
        await unit(younger, 'c');
        await older.send({ topic: 'plain', value: 'by itself' });
      }),
    );
    await expect.poll(() => committed(kafka)).toEqual(['before', 'a', 'b', 'c']);
  });
});

it('a cluster that is upgraded is spoken to in its new protocol from the next transaction on', async () => {
  const kafka = await startKafka({ transactionVersion: 1 });
  const versions = (): number[] => kafka.requests('EndTxn').map(({ apiVersion }) => apiVersion);
  await useProducer(kafka.bootstrap, {}, async (producer) => {
    await unit(producer, 'old');
    kafka.transactions.setVersion(2);
    for (const broker of kafka.brokers) broker.disconnectClients();
    await unit(producer, 'at the switch');
    await unit(producer, 'new');
    kafka.transactions.setVersion(1);
    for (const broker of kafka.brokers) broker.disconnectClients();
    await unit(producer, 'at the switch back');
    await unit(producer, 'old again');
  });
  expect(versions()[0]).toBeLessThan(5);
  expect(versions()).toContain(5);
  expect(versions().at(-1)).toBeLessThan(5);
  await expect.poll(() => committed(kafka)).toEqual(['old', 'at the switch', 'new', 'at the switch back', 'old again']);
});

describe('an application that shuts down', () => {
  async function start(kafka: EmbeddedKafka, shutdownTimeoutMs: number) {
    const client = { clientId: 'test', brokers: kafka.bootstrap };
    const imports = [KafkaProducerModule.forRoot({ client, shutdownTimeoutMs })];
    const app = await Test.createTestingModule({ imports }).compile();
    await app.init();
    return { app, producer: app.get(KafkaProducerService) };
  }

  it('lets open units finish, with units nested in them, and refuses new ones', async () => {
    const kafka = await startKafka();
    const { app, producer } = await start(kafka, 30_000);
    let goOn!: () => void;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const open = producer.transaction(async (tx) => {
      await gate;
      await producer.transaction((nested) => nested.send({ topic: 'orders', value: 'nested' }), {
        propagation: 'requires-new',
      });
      await tx.send({ topic: 'orders', value: 'outer' });
    });
    const closing = app.close();
    await expect
      .poll(() => unit(producer, 'new').catch(({ code }: { code: string }) => code))
      .toBe('KAFKA_PRODUCER_CLOSED');
    goOn();
    await open;
    await closing;
    await expect
      .poll(async () => (await committed(kafka)).filter((value) => value !== 'new'))
      .toEqual(['nested', 'outer']);
  });

  it('waits for the verdict before it lets its connections go', async () => {
    const kafka = await startKafka();
    const { app, producer } = await start(kafka, 30_000);
    await unit(producer, 'before');
    const held = kafka.faults.onRequest('EndTxn', { times: 1, action: 'hold' });
    const committing = unit(producer, 'a');
    await held.struck();
    const closing = app.close();
    await delay(0);
    held.release();
    await expect(committing).resolves.toMatchObject({ topic: 'orders' });
    await closing;
    await expect.poll(() => committed(kafka)).toEqual(['before', 'a']);
  });
});
