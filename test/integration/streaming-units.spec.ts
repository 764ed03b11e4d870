import type { KafkaProducerService, Transaction } from 'nestjs-kafka-producer';
import { beforeAll, expect, it } from 'vitest';

import { committedRecordsIn, recordsIn } from '../support/batches-in.js';
import { describeOnEachTransactionVersion } from '../support/each-transaction-version.js';
import { useProducer } from '../support/use-producer.js';

const STREAMING = { mode: 'streaming' } as const;

const offsets = (groupId: string, offset: number) => ({
  groupId,
  offsets: [{ topic: 'input', partition: 0, offset: `${offset}` }],
  member: 'unfenced' as const,
});

describeOnEachTransactionVersion('units that stream', (kafka) => {
  let topics = 0;

  async function newTopic(configs?: Readonly<Record<string, string>>): Promise<string> {
    const name = `streams-${topics++}`;
    await kafka().createTopic(name, 3, configs);
    return name;
  }

  const using = <T>(work: (producer: KafkaProducerService) => Promise<T>, transactions = {}): Promise<T> =>
    useProducer(kafka().bootstrap, { transactions }, work);

  const committed = async (topic: string, partition = 0): Promise<string[]> =>
    (await committedRecordsIn(kafka().bootstrap, topic, partition)).map(({ value }) => String(value));

  beforeAll(() => kafka().createTopic('input', 1));

  it('have their records at the broker while they work, and seen when they are committed', async () => {
    const topic = await newTopic();
    await using(async (producer) => {
      const tx = await producer.transaction(async (unit) => {
        const metadata = await unit.send({ topic, partition: 0, value: 'a' });
        expect(metadata).not.toHaveProperty('offset');
        await producer.sendAll([
          { topic, partition: 1, value: 'b' },
          { topic, partition: 0, value: 'c' },
        ]);
        expect(unit.state).toBe('streaming');
        await expect.poll(() => recordsIn(kafka().bootstrap, topic, 0)).toHaveLength(2);
        expect(await committed(topic)).toEqual([]);
        return unit;
      }, STREAMING);
      expect(await tx.results()).toMatchObject([
        { topic, partition: 0, offset: '0' },
        { topic, partition: 1, offset: '0' },
        { topic, partition: 0, offset: '1' },
      ]);
    });
    await expect.poll(() => committed(topic)).toEqual(['a', 'c']);
    await expect.poll(() => committed(topic, 1)).toEqual(['b']);
  });

  it('are seen by nobody when their work fails, and hold nobody up', async () => {
    const topic = await newTopic();
    await using(async (producer) => {
      for (const name of ['first', 'second']) {
        const failed = producer.transaction(async (unit) => {
          await unit.send({ topic, partition: 0, value: name });
          await expect.poll(async () => (await recordsIn(kafka().bootstrap, topic, 0)).length).toBeGreaterThan(0);
          throw new Error(`of ${name}`);
        }, STREAMING);
        await expect(failed).rejects.toThrow(`of ${name}`);
      }
      await producer.transaction(
        async (unit) => void (await unit.send({ topic, partition: 0, value: 'third' })),
        STREAMING,
      );
      await expect.poll(() => producer.stats().streamingProducers).toBe(0);
    });
    await expect.poll(() => committed(topic)).toEqual(['third']);
  });

  it('begin when a unit outgrows maxUnitBytes, with what was staged before first', async () => {
    const topic = await newTopic();
    const names = Array.from({ length: 60 }, (_, index) => `${index}`.padEnd(1_000));
    const states: string[] = [];
    await using(
      async (producer) => {
        await producer.transaction(async (unit) => {
          for (const value of names) {
            await unit.send({ topic, partition: 0, value });
            states.push(unit.state);
          }
        });
        expect(producer.stats()).toMatchObject({ stagedBytes: 0, openUnits: 0 });
      },
      { maxUnitBytes: 20_000, maxStagedBytes: 40_000 },
    );
    expect(states[10]).toBe('open');
    expect(states[30]).toBe('streaming');
    await expect.poll(() => committed(topic)).toEqual(names);
  });

  it('are aborted with the reason when the brokers refuse a record', async () => {
    const topic = await newTopic({ 'max.message.bytes': '2000' });
    await using(async (producer) => {
      const refused = producer.transaction(async (unit) => {
        await unit.send({ topic, partition: 0, value: 'small' });
        await unit.send({ topic, partition: 0, value: 'x'.repeat(5_000) });
        await expect.poll(() => producer.stats().streamingProducers).toBe(0); // given back before the work is done
      }, STREAMING);
      await expect(refused).rejects.toMatchObject({
        reason: 'rejected',
        cause: { code: 'KAFKA_PRODUCER_RECORD_TOO_LARGE' },
      });
      await producer.transaction(async (unit) => void (await unit.send({ topic, partition: 0, value: 'next' })));
    });
    await expect.poll(() => committed(topic)).toEqual(['next']);
  });

  it('commit consumed offsets in the order of the chain, whoever stages what', async () => {
    const topic = await newTopic();
    const order: string[] = [];
    await using(async (producer) => {
      const unit = (mode: 'staged' | 'streaming', offset: number, started?: () => void, until?: Promise<void>) =>
        producer
          .transaction(
            async (tx: Transaction) => {
              await tx.send({ topic, partition: 0, value: `${mode} ${offset}` });
              await tx.sendOffsets(offsets('streamers', offset));
              started?.();
              await until;
            },
            { mode },
          )
          .then(() => order.push(`${mode} ${offset}`));
      let go = (): void => {};
      const held = new Promise<void>((resolve) => (go = resolve));
      const all: Promise<unknown>[] = [];
      for (const [index, mode] of (['streaming', 'staged', 'streaming', 'staged'] as const).entries()) {
        const until = index === 0 ? held : undefined;
        await new Promise<void>((resolve) => all.push(unit(mode, 10 * (index + 1), resolve, until)));
      }
      await new Promise((turn) => setTimeout(turn, 50));
      expect(order).toEqual([]);
      go();
      await Promise.all(all);
    });
    expect(order).toEqual(['streaming 10', 'staged 20', 'streaming 30', 'staged 40']);
  });

  it('fail with the one before them in the chain', async () => {
    const topic = await newTopic();
    await using(async (producer) => {
      const first = await producer.beginTransaction();
      await first.sendOffsets(offsets('streamers-2', 5));
      const second = await producer.beginTransaction(STREAMING);
      await second.send({ topic, partition: 0, value: 'never' });
      await second.sendOffsets(offsets('streamers-2', 6));
      const commit = second.commit();
      await first.abort();
      await expect(commit).rejects.toMatchObject({ reason: 'predecessor-failed' });
    });
    expect(await committed(topic)).toEqual([]);
  });

  it('wait in send() while the broker does not take what they have on its way', async () => {
    const topic = await newTopic();
    await using(
      async (producer) => {
        const values = Array.from({ length: 300 }, (_, index) => `${index}`.padEnd(1_000));
        let most = 0;
        await producer.transaction(async (unit) => {
          for (const value of values) {
            await unit.send({ topic, partition: 0, value });
            most = Math.max(most, producer.stats().stagedBytes);
          }
        }, STREAMING);
        expect(most).toBeGreaterThan(10_000);
        expect(most).toBeLessThanOrEqual(20_000);
      },
      { maxUnitBytes: 20_000, maxStagedBytes: 40_000, maxStreamingProducers: 1 },
    );
    await expect.poll(async () => (await committed(topic)).length).toBe(300);
  });

  it('say that a savepoint of theirs cannot be undone by itself', async () => {
    const topic = await newTopic();
    await using(async (producer) => {
      const whole = producer.transaction(async (unit) => {
        const work = async (): Promise<void> => {
          await unit.send({ topic, partition: 0, value: 'never' });
          throw new Error('of the savepoint');
        };
        await expect(unit.savepoint(work)).rejects.toThrow('of the savepoint');
      }, STREAMING);
      await expect(whole).rejects.toThrow(
        /a savepoint of it failed, which cannot be undone by itself because the unit streams/,
      );
    });
    expect(await committed(topic)).toEqual([]);
  });

  it('have their own connections: a commit waits for none of them', async () => {
    const topic = await newTopic();
    await using(async (producer) => {
      const held = await producer.beginTransaction(STREAMING);
      await held.send({ topic, partition: 0, value: 'held' });
      await expect.poll(async () => (await recordsIn(kafka().bootstrap, topic, 0)).length).toBe(1);
      await producer.transaction((unit) => unit.send({ topic, partition: 1, value: 'meanwhile' }));
      await expect.poll(() => committed(topic, 1)).toEqual(['meanwhile']);
      await held.commit();
    });
    await expect.poll(() => committed(topic)).toEqual(['held']);
  });

  it('say what to change when the brokers allow no transaction of that length', async () => {
    const topic = await newTopic();
    await using(async (producer) => {
      const whole = producer.transaction(async (unit) => void (await unit.send({ topic, value: 'x' })), {
        ...STREAMING,
        timeoutMs: 3_600_000,
      });
      await expect(whole).rejects.toThrow(/3630000 ms, which is more than the brokers' transaction\.max\.timeout\.ms/);
    });
  });
});
