import { Kafka, logLevel } from 'kafkajs';
import { TransactionAbortedError, type KafkaProducerService, type Transaction } from 'nestjs-kafka-producer';
import { beforeAll, describe, expect, it } from 'vitest';

import { PROPAGATION_OUTCOMES } from './propagation-outcomes.js';
import { committedRecordsIn, recordsIn } from '../support/batches-in.js';
import { describeOnEachTransactionVersion } from '../support/each-transaction-version.js';
import { useProducer } from '../support/use-producer.js';

const PARTITIONS = 3;

/** What a call is told, as text. */
async function told(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return error instanceof TransactionAbortedError ? `${error.reason} because ${cause?.message}` : message;
  }
}

describeOnEachTransactionVersion('units of work', (kafka) => {
  let topics = 0;
  let topic = '';

  async function newTopic(configs?: Readonly<Record<string, string>>): Promise<string> {
    const name = `units-${topics++}`;
    await kafka().createTopic(name, PARTITIONS, configs);
    return name;
  }

  /** What consumers of committed records see; a commit is decided a moment before it is visible. */
  async function visible(name: string): Promise<string[]> {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    const records = await Promise.all(partitions.map((each) => committedRecordsIn(kafka().bootstrap, name, each)));
    return records.flat().map(({ value }) => String(value));
  }

  const using = <T>(work: (producer: KafkaProducerService) => Promise<T>, transactions = {}): Promise<T> =>
    useProducer(kafka().bootstrap, { transactions }, work);

  const sendTo = (producer: KafkaProducerService, name: string, partition = 0) =>
    producer.send({ topic, value: name, partition });

  beforeAll(async () => {
    topic = await newTopic();
  });

  it('are seen when they are committed, over topics and partitions, and not at all when their work fails', async () => {
    const [orders, audit] = [await newTopic(), await newTopic()];
    await using(async (producer) => {
      const metadata = await producer.transaction(async (tx) => {
        await tx.send({ topic: orders, partition: 0, value: 'a' });
        await producer.sendAll([
          { topic: orders, partition: 2, value: 'b' },
          { topic: audit, partition: 1, value: 'c' },
        ]);
        expect(await visible(orders)).toEqual([]);
        return tx;
      });
      expect(await metadata.results()).toMatchObject([
        { topic: orders, partition: 0, offset: '0' },
        { topic: orders, partition: 2, offset: '0' },
        { topic: audit, partition: 1, offset: '0' },
      ]);
      const failed = producer.transaction(async () => {
        await producer.send({ topic: orders, partition: 0, value: 'never' });
        throw new Error('of the user');
      });
      await expect(failed).rejects.toThrow('of the user');
    });
    await expect.poll(() => visible(orders)).toEqual(['a', 'b']);
    await expect.poll(() => visible(audit)).toEqual(['c']);
    expect(await recordsIn(kafka().bootstrap, orders, 0)).toHaveLength(2); // the record and its marker: nothing of the other unit
  });

  it.each(PROPAGATION_OUTCOMES)(
    '$mode, with $propagation: inner $inner, outer $outer',
    async ({ mode, propagation, inner, outer, seen, outerIs }) => {
      topic = await newTopic();
      await using(async (producer) => {
        const innerWork = async (): Promise<void> => {
          await sendTo(producer, 'inner', 1);
          if (inner === 'fails') throw new Error('of the inner');
        };
        let innerTold = '';
        const outerWork = async (): Promise<void> => {
          await sendTo(producer, 'outer');
          innerTold = await told(producer.transaction(innerWork, { propagation, mode }));
          if (outer === 'fails') throw new Error('of the outer');
        };
        const whole = producer.transaction(outerWork, { mode });
        const ofOuter = outerIs === 'aborted' ? 'rollback-only because of the inner' : 'done';
        expect(await told(whole)).toBe(outer === 'fails' ? 'of the outer' : ofOuter);
        expect(innerTold).toBe(inner === 'fails' ? 'of the inner' : 'done');
        await producer.transaction(async () => void (await sendTo(producer, 'afterwards', 2)));
      });
      await expect.poll(() => visible(topic)).toContain('afterwards');
      await expect
        .poll(async () => (await visible(topic)).filter((it) => it !== 'afterwards').toSorted())
        .toEqual(seen.toSorted());
    },
  );

  it('commits many units at once, in the order in which their work was done, per partition', async () => {
    topic = await newTopic();
    const done: string[] = [];
    await using(async (producer) => {
      const callers = Array.from({ length: 100 }, async (_, caller) => {
        for (let i = 0; i < 5; i++) {
          await producer.transaction(async () => {
            for (let partition = 0; partition < PARTITIONS; partition++) {
              await sendTo(producer, `${caller}-${i}`, partition);
            }
            done.push(`${caller}-${i}`);
          });
        }
      });
      await Promise.all(callers);
      expect(producer.stats()).toMatchObject({ openUnits: 0, waitingUnits: 0, stagedBytes: 0 });
      expect(producer.stats().groupsCommitted).toBeLessThan(100);
    });
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const seen = async (): Promise<string[]> =>
        (await committedRecordsIn(kafka().bootstrap, topic, partition)).map(({ value }) => String(value));
      await expect.poll(seen).toHaveLength(500);
      expect(await seen()).toEqual(done);
    }
  });

  it('fails the unit with a record the topic does not take, and no other', async () => {
    topic = await newTopic({ 'max.message.bytes': '2000' });
    const outcomes = await using(async (producer) => {
      const unit = (name: string): Promise<string> =>
        producer.transaction(async () => {
          await sendTo(producer, name === 'large' ? 'x'.repeat(5_000) : name);
          await sendTo(producer, name, 1);
          return name;
        });
      return Promise.allSettled(['a', 'b', 'large', 'c'].map((name) => unit(name)));
    });
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect((outcomes[2] as PromiseRejectedResult).reason).toBeInstanceOf(TransactionAbortedError);
    expect((outcomes[2] as PromiseRejectedResult).reason).toMatchObject({ reason: 'rejected' });
    await expect.poll(async () => (await visible(topic)).toSorted()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it('commits the offsets of many units with their records, and the last one counts', async () => {
    topic = await newTopic();
    const groupId = `readers of ${topic}`;
    const offsets = Array.from({ length: 20 }, (_, index) => String(index + 1));
    await using(async (producer) => {
      const unit = (offset: string, isLost: boolean): Promise<void> =>
        producer.transaction(async (tx) => {
          await tx.send({ topic, value: offset, partition: 0 });
          await tx.sendOffsets({ groupId, offsets: [{ topic, partition: 2, offset }], member: 'unfenced' });
          if (isLost) throw new Error('of the last one');
        });
      await Promise.all(offsets.map((offset) => unit(offset, false)));
      await expect(unit('21', true)).rejects.toThrow('of the last one');
      expect(producer.stats().groupsCommitted).toBeLessThan(offsets.length);
    });
    const admin = new Kafka({ brokers: [...kafka().bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const committed = async (): Promise<string | undefined> => {
      const [ofTopic] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return ofTopic?.partitions.find(({ partition }) => partition === 2)?.offset;
    };
    await expect.poll(committed).toBe('20');
    await admin.disconnect();
    await expect.poll(() => visible(topic)).toEqual(offsets);
  });

  it('has savepoints, explicit ends, hooks, and `await using`', async () => {
    topic = await newTopic();
    const events: string[] = [];
    await using(async (producer) => {
      const watch = (tx: Transaction, name: string): void => {
        tx.beforeCommit(() => events.push(`before ${name}`));
        tx.afterCommit((metadata) => events.push(`committed ${name}: ${metadata.map(({ offset }) => offset).join()}`));
        tx.afterAbort(() => events.push(`aborted ${name}`));
        tx.afterCompletion((outcome) => events.push(`${outcome} ${name}`));
      };
      await producer.transaction(async (tx) => {
        watch(tx, 'one');
        await sendTo(producer, 'kept');
        const lost = tx.savepoint(async () => {
          await sendTo(producer, 'lost');
          throw new Error('of the savepoint');
        });
        await expect(lost).rejects.toThrow('of the savepoint');
      });
      const tx = await producer.beginTransaction();
      watch(tx, 'two');
      await tx.send({ topic, value: 'two', partition: 1 });
      expect(producer.currentTransaction()).toBeUndefined();
      await tx.run(async () => void (await sendTo(producer, 'two too', 1)));
      await tx.commit();
      {
        await using third = await producer.beginTransaction();
        watch(third, 'three');
        await third.send({ topic, value: 'never' });
      }
    });
    expect(events).toEqual([
      'before one',
      'committed one: 0',
      'committed one',
      'before two',
      'committed two: 0,1',
      'committed two',
      'aborted three',
      'aborted three',
    ]);
    await expect.poll(() => visible(topic)).toEqual(['kept', 'two', 'two too']);
  });

  describe('with a deadline', () => {
    it('is aborted when its work takes too long, and later sends say so', async () => {
      topic = await newTopic();
      await using(async (producer) => {
        let late: Promise<unknown> | undefined;
        let ended: () => void = () => {};
        const workEnded = new Promise<void>((resolve) => (ended = resolve));
        const whole = producer.transaction(
          async (tx) => {
            await sendTo(producer, 'never');
            await new Promise((aborted) => tx.signal.addEventListener('abort', aborted));
            late = sendTo(producer, 'late');
            await late.catch(() => {});
            ended();
          },
          { timeoutMs: 50 },
        );
        await expect(whole).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_TRANSACTION_ABORTED', reason: 'timeout' });
        await workEnded;
        await expect(late).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_TRANSACTION_ENDED' });
      });
      expect(await visible(topic)).toEqual([]);
    });
  });
});
