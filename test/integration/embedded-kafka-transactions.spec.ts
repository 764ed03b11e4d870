import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';

let kafka: EmbeddedKafka;
const closing: (() => Promise<void>)[] = [];

async function started(options: EmbeddedKafkaOptions): Promise<Kafka> {
  kafka = await EmbeddedKafka.start({ brokers: 3, topics: [{ name: 'orders', partitions: 3 }], ...options });
  const retry = { initialRetryTime: 5, maxRetryTime: 50, retries: 20 };
  return new Kafka({ clientId: 'spec', brokers: kafka.bootstrap, logLevel: logLevel.NOTHING, retry });
}

async function connected<T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(client: T): Promise<T> {
  await client.connect();
  closing.push(() => client.disconnect());
  return client;
}

const transactional = (client: Kafka, transactionalId = 'shop'): Promise<Producer> =>
  connected(client.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 }));

/** Each once: kafkajs sends what it repeats under new sequences, so a busy machine may show a record twice. */
const committed = async () => {
  const records = await kafka.recordsIn('orders', { isolation: 'read_committed' });
  return Array.from(new Set(records.map(({ value }) => String(value)))).toSorted();
};

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await kafka.stop();
});

describe.each([1, 2] as const)('kafkajs in transactions of level %s on the embedded cluster', (transactionVersion) => {
  it('makes all records of a transaction visible or none', async () => {
    const client = await started({ transactionVersion });
    const producer = await transactional(client);
    for (const [name, ending] of [
      ['a', 'commit'],
      ['b', 'abort'],
      ['c', 'commit'],
    ] as const) {
      const transaction = await producer.transaction();
      const messages = [0, 1, 2].map((partition) => ({ partition, value: `${name}${partition}` }));
      await transaction.send({ topic: 'orders', messages });
      await transaction[ending]();
    }
    await expect.poll(committed).toEqual(['a0', 'a1', 'a2', 'c0', 'c1', 'c2']);
    expect(new Set((await kafka.recordsIn('orders')).map(({ value }) => String(value))).size).toBe(9);
    expect(kafka.transactions.get('shop')).toMatchObject({ state: 'CompleteCommit', producerEpoch: 0, partitions: [] });
  });

  it('reads only what was committed, and nothing behind an open transaction', async () => {
    const client = await started({ transactionVersion });
    const producer = await transactional(client);
    const [first, second] = ['aborted', 'good'];
    const aborted = await producer.transaction();
    await aborted.send({ topic: 'orders', messages: [{ partition: 0, value: first }] });
    await aborted.abort();
    const good = await producer.transaction();
    await good.send({ topic: 'orders', messages: [{ partition: 0, value: second }] });
    await good.commit();
    const consumer = await connected(client.consumer({ groupId: 'readers', maxWaitTimeInMs: 100 }));
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    const read = await new Promise<string>((resolve, reject) => {
      consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) }).catch(reject);
    });
    expect(read).toBe('good');
    const open = await producer.transaction();
    await open.send({ topic: 'orders', messages: [{ partition: 0, value: 'open' }] });
    expect(await committed()).toEqual(['good']);
    await open.abort();
  });

  it('commits offsets with the records they belong to', async () => {
    const client = await started({ transactionVersion });
    const producer = await transactional(client);
    const admin = await connected(client.admin());
    const offset = async () =>
      (await admin.fetchOffsets({ groupId: 'workers', topics: ['orders'] }))[0]?.partitions.find(
        ({ partition }) => partition === 0,
      )?.offset;
    for (const [at, ending, expected] of [
      ['5', 'commit', '5'],
      ['9', 'abort', '5'],
      ['7', 'commit', '7'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: 'orders', messages: [{ partition: 0, value: at }] });
      await transaction.sendOffsets({
        consumerGroupId: 'workers',
        topics: [{ topic: 'orders', partitions: [{ partition: 0, offset: at }] }],
      });
      await transaction[ending]();
      await expect.poll(offset).toBe(expected);
    }
  });

  it('is fenced by a younger instance', async () => {
    const client = await started({ transactionVersion });
    const old = await transactional(client);
    const transaction = await old.transaction();
    await transaction.send({ topic: 'orders', messages: [{ partition: 0, value: 'old' }] });
    const young = await transactional(client);
    await (await young.transaction()).abort();
    await expect(
      transaction.send({ topic: 'orders', messages: [{ partition: 0, value: 'late' }] }),
    ).rejects.toMatchObject({ type: 'INVALID_PRODUCER_EPOCH' });
    await expect.poll(committed).toEqual([]);
  });
});
