import { EmbeddedKafka } from 'embedded-kafka';
import { ConfigResourceTypes, Kafka, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PARTITIONS = 3;
const COUNT = 60;
const VALUES = Array.from({ length: COUNT }, (_, at) => `order ${String(at).padStart(2, '0')}`);

/** Plain and idempotent producers, groups and their admin are in test/integration/embedded-kafka.spec.ts and consumer-groups.spec.ts. */
describe('kafkajs on the embedded cluster', () => {
  let kafka: EmbeddedKafka;
  let client: Kafka;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({
      brokers: 3,
      topics: ['orders', 'invoices', 'kept'].map((name) => ({ name, partitions: PARTITIONS })),
    });
    const retry = { initialRetryTime: 10, maxRetryTime: 100, retries: 15 };
    client = new Kafka({ brokers: kafka.bootstrap, logLevel: logLevel.NOTHING, retry });
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await kafka.stop();
  });

  async function connected<T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(one: T): Promise<T> {
    await one.connect();
    closing.push(() => one.disconnect());
    return one;
  }

  /** Values a consumer of this group reads, in read_committed, until there are so many. */
  async function readCommitted(groupId: string, topic: string, count: number): Promise<string[]> {
    const consumer = await connected(client.consumer({ groupId, maxWaitTimeInMs: 100, readUncommitted: false }));
    await consumer.subscribe({ topic, fromBeginning: true });
    const values: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => {
        values.push(String(message.value));
        if (values.length === count) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    return values.toSorted();
  }

  /** Consumes orders and writes an invoice for each, one transaction per batch; the first try of each partition is aborted. */
  async function transformOrders(producer: Producer): Promise<void> {
    const consumer = await connected(client.consumer({ groupId: 'billing', maxWaitTimeInMs: 100 }));
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    const tried = new Set<number>();
    let written = 0;
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachBatch: async (payload) => {
            const { topic, partition, messages } = payload.batch;
            const transaction = await producer.transaction();
            const invoices = messages.map(({ value }) => ({ partition, value: `invoice of ${String(value)}` }));
            await transaction.send({ topic: 'invoices', messages: invoices });
            const offset = String(Number(messages.at(-1)?.offset) + 1);
            await transaction.sendOffsets({
              consumerGroupId: 'billing',
              topics: [{ topic, partitions: [{ partition, offset }] }],
            });
            if (!tried.has(partition)) {
              tried.add(partition);
              await transaction.abort();
              consumer.seek({ topic, partition, offset: messages[0]?.offset ?? '0' });
              return;
            }
            await transaction.commit();
            payload.resolveOffset(messages.at(-1)?.offset ?? '0');
            written += messages.length;
            if (written >= COUNT) resolve();
          },
        })
        .catch(reject);
    });
  }

  it('consumes, transforms and produces exactly once', async () => {
    const plain = await connected(client.producer());
    await plain.send({
      topic: 'orders',
      messages: VALUES.map((value, at) => ({ value, partition: at % PARTITIONS })),
    });
    await transformOrders(
      await connected(client.producer({ transactionalId: 'billing', idempotent: true, maxInFlightRequests: 1 })),
    );

    expect(await readCommitted('readers', 'invoices', COUNT)).toEqual(VALUES.map((value) => `invoice of ${value}`));
    expect((await kafka.recordsIn('invoices')).length).toBe(2 * COUNT);
    const admin = await connected(client.admin());
    const offsets = async () => {
      const [found] = await admin.fetchOffsets({ groupId: 'billing', topics: ['orders'] });
      return found?.partitions.map(({ offset }) => offset);
    };
    await expect.poll(offsets).toEqual(['20', '20', '20']);
  });

  it('describes the cluster, alters settings, deletes records and moves replicas', async () => {
    const admin = await connected(client.admin());
    expect((await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3]);
    const resource = { type: ConfigResourceTypes.TOPIC, name: 'kept' };
    const entry = { name: 'retention.ms', value: '1234567' };
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries: [entry] }] });
    const { resources } = await admin.describeConfigs({
      includeSynonyms: true,
      resources: [{ ...resource, configNames: ['retention.ms'] }],
    });
    expect(resources[0]?.configEntries).toMatchObject([{ configName: 'retention.ms', configValue: '1234567' }]);

    const producer = await connected(client.producer({ idempotent: true }));
    await producer.send({ topic: 'kept', messages: ['a', 'b', 'c'].map((value) => ({ value, partition: 0 })) });
    await admin.deleteTopicRecords({ topic: 'kept', partitions: [{ partition: 0, offset: '2' }] });
    expect(await admin.fetchTopicOffsets('kept')).toContainEqual({ partition: 0, offset: '3', high: '3', low: '2' });

    await admin.alterPartitionReassignments({
      topics: [{ topic: 'kept', partitionAssignment: [{ partition: 1, replicas: [3, 1] }] }],
    });
    const replicas = async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: ['kept'] });
      return topics[0]?.partitions.find(({ partitionId }) => partitionId === 1)?.replicas;
    };
    await expect.poll(replicas).toEqual([3, 1]);
    expect((await admin.listPartitionReassignments({})).topics).toEqual([]);
  });
});
