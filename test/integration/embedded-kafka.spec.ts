import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { CompressionTypes, Kafka, logLevel, type Consumer, type KafkaConfig } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';

let kafka: EmbeddedKafka;
const closing: (() => Promise<void>)[] = [];

async function started(options: EmbeddedKafkaOptions, config: Partial<KafkaConfig> = {}): Promise<Kafka> {
  kafka = await EmbeddedKafka.start(options);
  return new Kafka({
    clientId: 'spec',
    brokers: kafka.bootstrap,
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 20, maxRetryTime: 100, retries: 10 },
    ...config,
  });
}

async function connected<T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(client: T): Promise<T> {
  await client.connect();
  closing.push(() => client.disconnect());
  return client;
}

/** Values a consumer of this group reads, until there are `count`. */
async function consume(client: Kafka, groupId: string, topic: string, count: number): Promise<string[]> {
  const consumer = await connected(client.consumer({ groupId, maxWaitTimeInMs: 200 }));
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          values.push(message.value?.toString() ?? 'null');
          if (values.length === count) resolve();
        },
      })
      .catch(reject);
  });
  return values;
}

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await kafka.stop();
});

describe('kafkajs on the embedded cluster', () => {
  it('writes records to the partitions it chose', async () => {
    const client = await started({ brokers: 3, topics: [{ name: 'orders', partitions: 6 }] });
    const producer = await connected(client.producer());
    const written = await producer.send({
      topic: 'orders',
      messages: [
        { partition: 2, key: 'a', value: 'one', headers: { type: 'Placed' } },
        { partition: 2, key: null, value: null },
        { partition: 4, key: 'b', value: 'three' },
      ],
    });

    expect(written.map(({ partition, baseOffset }) => `${partition}@${baseOffset}`).toSorted()).toEqual(['2@0', '4@0']);
    const records = await kafka.recordsIn('orders');
    expect(records.map((record) => [record.partition, record.offset, record.value?.toString() ?? null])).toEqual([
      [2, '0', 'one'],
      [2, '1', null],
      [4, '0', 'three'],
    ]);
    expect(records[0]?.headers).toEqual([{ key: 'type', value: Buffer.from('Placed') }]);
    expect(new Set(kafka.requests('Produce').map(({ recordCount }) => recordCount))).toEqual(new Set([1, 2]));
  });

  it('reads back in a group what an idempotent producer wrote compressed', async () => {
    const client = await started({ brokers: 3, topics: [{ name: 'orders', partitions: 3 }] });
    const producer = await connected(client.producer({ idempotent: true, maxInFlightRequests: 1 }));
    const values = Array.from({ length: 100 }, (_, at) => `value ${at}`);
    for (const part of [values.slice(0, 50), values.slice(50)]) {
      await producer.send({
        topic: 'orders',
        compression: CompressionTypes.GZIP,
        messages: part.map((value) => ({ key: value, value })),
      });
    }

    expect((await consume(client, 'readers', 'orders', 100)).toSorted()).toEqual(values.toSorted());
    const records = await kafka.recordsIn('orders', { isolation: 'read_committed', partition: 1 });
    expect(records.map(({ producer: by }) => by?.sequence)).toEqual(records.map((_, at) => at));
  });

  it('goes on in a group where the last consumer committed', async () => {
    const client = await started({ topics: [{ name: 'orders' }] });
    const producer = await connected(client.producer());
    const first = await connected(client.consumer({ groupId: 'readers', maxWaitTimeInMs: 100 }));
    await producer.send({ topic: 'orders', messages: [{ value: 'one' }, { value: 'two' }] });
    await first.subscribe({ topic: 'orders', fromBeginning: true });
    await new Promise<void>((resolve) => {
      void first.run({ eachMessage: async ({ message }) => void (message.offset === '1' && resolve()) });
    });
    await first.disconnect();
    await producer.send({ topic: 'orders', messages: [{ value: 'three' }] });

    expect(await consume(client, 'readers', 'orders', 1)).toEqual(['three']);
  });

  it('shares the partitions between two members, and gives them back when one leaves', async () => {
    const client = await started({ brokers: 2, topics: [{ name: 'orders', partitions: 4 }] });
    const join = async (): Promise<{ consumer: Consumer; next: () => Promise<number[]> }> => {
      const consumer = await connected(
        client.consumer({ groupId: 'readers', heartbeatInterval: 50, maxWaitTimeInMs: 50 }),
      );
      const assignments: number[][] = [];
      let tell = () => {};
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        assignments.push(payload.memberAssignment['orders'] ?? []);
        tell();
      });
      await consumer.subscribe({ topic: 'orders' });
      await consumer.run({ eachMessage: async () => {} });
      const next = async (): Promise<number[]> => {
        while (assignments.length === 0) await new Promise<void>((resolve) => (tell = resolve));
        return assignments.shift() as number[];
      };
      return { consumer, next };
    };
    const one = await join();
    expect(await one.next()).toEqual([0, 1, 2, 3]);
    const other = await join();
    const shared = [...(await one.next()), ...(await other.next())];
    expect(shared.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    await other.consumer.stop();
    expect(await one.next()).toEqual([0, 1, 2, 3]);
  });

  it('creates, describes, extends and deletes topics', async () => {
    const client = await started({ brokers: 3 });
    const admin = await connected(client.admin());
    const created = await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic: 'orders',
          numPartitions: 2,
          replicationFactor: 3,
          configEntries: [{ name: 'max.message.bytes', value: '1000' }],
        },
      ],
    });
    expect(created).toBe(true);
    expect(await admin.createTopics({ topics: [{ topic: 'orders' }] })).toBe(false);
    await admin.createPartitions({ topicPartitions: [{ topic: 'orders', count: 4 }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: ['orders'] });
    expect(topics[0]?.partitions.map(({ isr }) => isr.length)).toEqual([3, 3, 3, 3]);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: 'orders', configNames: ['max.message.bytes'] }],
    });
    expect(resources[0]?.configEntries.map(({ configValue }) => configValue)).toEqual(['1000']);
    await admin.deleteTopics({ topics: ['orders'] });
    expect(await admin.listTopics()).toEqual([]);
  });

  it('finds offsets by time and tells the state of a group', async () => {
    const client = await started({ topics: [{ name: 'orders' }] });
    const producer = await connected(client.producer());
    const admin = await connected(client.admin());
    for (const timestamp of ['1000', '3000', '2000', '4000']) {
      await producer.send({ topic: 'orders', messages: [{ value: timestamp, timestamp }] });
    }
    expect(await admin.fetchTopicOffsetsByTimestamp('orders', 2500)).toEqual([{ partition: 0, offset: '1' }]);
    expect(await admin.fetchTopicOffsets('orders')).toMatchObject([{ offset: '4', high: '4', low: '0' }]);
    expect((await consume(client, 'readers', 'orders', 4)).length).toBe(4);
    expect((await admin.describeGroups(['readers'])).groups[0]).toMatchObject({ state: 'Stable', members: [{}] });
    await closing.pop()?.();
    expect((await admin.describeGroups(['readers'])).groups[0]).toMatchObject({ state: 'Empty', members: [] });
    const [offsets] = await admin.fetchOffsets({ groupId: 'readers', topics: ['orders'] });
    expect(offsets?.partitions).toMatchObject([{ partition: 0, offset: '4' }]);
    expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).toEqual(['readers']);
    await admin.deleteGroups(['readers']);
    expect((await admin.listGroups()).groups).toEqual([]);
  });

  it('creates a missing topic on demand when told to', async () => {
    const client = await started({ autoCreateTopics: true, defaultPartitions: 2 });
    const producer = await connected(client.producer({ allowAutoTopicCreation: true }));
    await producer.send({ topic: 'fresh', messages: [{ value: 'one' }] });
    expect(await kafka.recordsIn('fresh')).toHaveLength(1);
  });
});
