import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { TransactionAbortedError, type KafkaProducerService } from 'nestjs-kafka-producer';
import { consumerIdentityTap, identityOf, type ConsumerIdentity } from 'nestjs-kafka-producer/microservices';
import { afterEach, beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { RawConnection } from '../support/raw-connection.js';
import { coordinatorIsLoaded } from '../support/raw-group.js';
import { RawProducer } from '../support/raw-transactions.js';
import { useProducer } from '../support/use-producer.js';

const PATIENCE = { timeout: 30_000, interval: 20 };

/** What a consumer was given, in order. */
interface Taken {
  readonly value: string;
  readonly partition: number;
  readonly offset: string;
  readonly identity: ConsumerIdentity;
}

describeOnEachKafka('the identity of a kafkajs consumer', (kafka) => {
  const consumers: Consumer[] = [];
  const connections: RawConnection[] = [];
  let groupId: string;
  let topic: string;

  beforeAll(() => coordinatorIsLoaded(kafka().bootstrap[0]!, 'group'));
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.disconnect()));
    for (const connection of connections.splice(0)) connection.close();
  });

  async function newTopic(...values: string[]): Promise<void> {
    topic = await kafka().createTopic({ partitions: 2 });
    groupId = `group-${topic}`;
    await useProducer(kafka().bootstrap, {}, (producer) =>
      producer.sendAll(values.map((value, at) => ({ topic, value, partition: at % 2 }))),
    );
  }

  async function join(): Promise<Taken[]> {
    const taken: Taken[] = [];
    const client = new Kafka({
      brokers: [...kafka().bootstrap],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 10 },
    });
    const consumer = client.consumer({
      groupId,
      sessionTimeout: 6_000,
      heartbeatInterval: 100,
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 100,
      partitionAssigners: consumerIdentityTap(),
    });
    consumers.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message, partition }) => {
        taken.push({ value: String(message.value), partition, offset: message.offset, identity: identityOf(message)! });
      },
    });
    return taken;
  }

  /** @returns 'committed', or the code for which the broker has refused it */
  async function commit(producer: KafkaProducerService, { identity, partition, offset }: Taken): Promise<unknown> {
    const next = { topic, partition, offset: String(Number(offset) + 1) };
    try {
      await producer.transaction((tx) =>
        tx.sendOffsets({ groupId: identity.groupId, member: identity, offsets: [next] }),
      );
      return 'committed';
    } catch (error) {
      if (!(error instanceof TransactionAbortedError)) throw error;
      return (error.cause as { errorCode?: unknown }).errorCode;
    }
  }

  it('commits offsets for who fetched, and for nobody else since', async () => {
    await newTopic('a', 'b');
    await useProducer(kafka().bootstrap, {}, async (producer) => {
      const first = await join();
      await expect.poll(() => first.length, PATIENCE).toBe(2);
      const [a, b] = first.toSorted((one, other) => one.partition - other.partition) as [Taken, Taken];
      expect(a.identity).toBe(b.identity);
      expect(a.identity).toMatchObject({ groupId, memberId: expect.stringMatching(/.+/), generationId: 1 });
      expect(await commit(producer, a)).toBe('committed');
      expect(await commit(producer, { ...a, identity: { ...a.identity, generationId: 2 } })).toBe(22);
      expect(await commit(producer, { ...a, identity: { ...a.identity, memberId: 'stranger' } })).toBe(25);

      const second = await join();
      await expect.poll(() => [...first.slice(2), ...second].map(({ value }) => value), PATIENCE).toEqual(['b']);
      const again = [...first.slice(2), ...second][0]!;
      expect(again.identity.generationId).toBeGreaterThan(1);
      expect(await commit(producer, b)).toBe(22);
      expect(await commit(producer, again)).toBe('committed');
    });
  });

  it('takes over where a transaction that is still open will leave the group, and not before it is decided', async () => {
    await newTopic('a', 'other', 'b', 'other', 'c');
    const connection = await RawConnection.open(kafka().bootstrap[0]!);
    connections.push(connection);
    const raw = await RawProducer.create(connection);
    expect(await raw.addOffsets(groupId)).toBe('OK');
    expect(await raw.commitOffset(groupId, topic, 2, { version: 4 })).toBe('OK');

    const taken = await join();
    await expect.poll(() => taken.map(({ value }) => value), PATIENCE).toEqual(['other', 'other']);
    for (const value of ['more', 'and more']) {
      await useProducer(kafka().bootstrap, {}, (producer) => producer.send({ topic, value, partition: 1 }));
      await expect.poll(() => taken.at(-1)?.value, PATIENCE).toBe(value); // its other partition does not wait
    }
    expect(await raw.end(true, 3)).toMatchObject({ error: 'OK' });
    await expect.poll(() => taken.slice(4).map(({ value }) => value), PATIENCE).toEqual(['c']);
  });
});
