// Runs one scenario with Confluent's JavaScript driver and prints what it saw as JSON: `node confluent-client.mjs <host:port,…> <scenario>`.
// A process of its own: the driver is native, and lives with the benchmarks, whose install compiles it.
import { createRequire } from 'node:module';

const { KafkaJS } = createRequire(new URL('../../bench/package.json', import.meta.url))(
  '@confluentinc/kafka-javascript',
);

const [bootstrap = '', scenario = ''] = process.argv.slice(2);
const COUNT = 30;
const values = Array.from({ length: COUNT }, (_, at) => `order ${String(at).padStart(2, '0')}`);
const client = new KafkaJS.Kafka({
  kafkaJS: { clientId: 'confluent', brokers: bootstrap.split(','), logLevel: KafkaJS.logLevel.ERROR },
});

const messages = (list = values) => list.map((value, at) => ({ key: `key ${at}`, value }));

async function producing(options, work) {
  const producer = client.producer(options);
  await producer.connect();
  try {
    return await work(producer);
  } finally {
    await producer.disconnect();
  }
}

/** Reads so many in a group, read_committed, hands each message on, and leaves the group, with its offsets committed. */
async function consuming(groupId, topic, count, each = async () => {}) {
  const consumer = client.consumer({
    kafkaJS: { groupId, fromBeginning: true, autoCommit: false },
    'isolation.level': 'read_committed',
    'check.crcs': true,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  const read = [];
  await new Promise((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ partition, message }) => {
          if (read.length === count) return;
          read.push(String(message.value));
          const offset = { topic, partition, offset: String(Number(message.offset) + 1) };
          try {
            await each(String(message.value), offset, consumer);
          } catch (error) {
            reject(error);
          }
          if (read.length === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return read.toSorted((one, other) => one.localeCompare(other));
}

const scenarios = {
  async produce() {
    const codecs = ['gzip', 'snappy', 'lz4', 'zstd'];
    for (const codec of codecs) {
      await producing({ 'compression.type': codec, 'linger.ms': 20 }, (producer) =>
        producer.send({ topic: 'plain', messages: messages() }),
      );
    }
    const idempotent = { kafkaJS: { idempotent: true, acks: -1 }, 'linger.ms': 5 };
    const reports = await producing(idempotent, (producer) =>
      producer.send({ topic: 'idempotent', messages: messages() }),
    );
    return { codecs, errors: reports.map(({ errorCode }) => errorCode).filter((code) => code !== 0) };
  },

  async transactions() {
    const transactional = { kafkaJS: { transactionalId: 'billing', transactionTimeout: 10_000 } };
    await producing({}, (producer) => producer.send({ topic: 'orders', messages: messages() }));
    return producing(transactional, async (producer) => {
      const aborted = await producer.transaction();
      await aborted.send({ topic: 'invoices', messages: messages(values.map((value) => `torn ${value}`)) });
      await aborted.abort();
      await consuming('billing', 'orders', COUNT, async (value, offset, consumer) => {
        const transaction = await producer.transaction();
        await transaction.send({ topic: 'invoices', messages: [{ value: `invoice of ${value}` }] });
        const { topic, partition, offset: next } = offset;
        await transaction.sendOffsets({ consumer, topics: [{ topic, partitions: [{ partition, offset: next }] }] });
        await transaction.commit();
      });
      return { invoices: await consuming('readers', 'invoices', COUNT) };
    });
  },

  async group() {
    const commit = (_value, offset, consumer) => consumer.commitOffsets([offset]);
    await producing({}, (producer) => producer.send({ topic: 'shared', messages: messages() }));
    const first = await consuming('sharers', 'shared', COUNT, commit);
    await producing({}, (producer) => producer.send({ topic: 'shared', messages: [{ value: 'later' }] }));
    return { first, second: await consuming('sharers', 'shared', 1, commit) };
  },

  async admin() {
    const admin = client.admin();
    await admin.connect();
    try {
      await admin.createTopics({ topics: [{ topic: 'made', numPartitions: 2, replicationFactor: 3 }] });
      const [made] = await admin.fetchTopicMetadata({ topics: ['made'] });
      const offsets = await admin.fetchTopicOffsets('idempotent');
      const { groups } = await admin.listGroups();
      const described = await admin.describeGroups(['billing']);
      await admin.deleteGroups(['billing']);
      await admin.deleteTopics({ topics: ['made'] });
      const topics = await admin.listTopics();
      return {
        partitions: made?.partitions.length,
        ends: offsets.reduce((sum, { high }) => sum + Number(high), 0),
        groups: groups.map(({ groupId }) => groupId).toSorted((one, other) => one.localeCompare(other)),
        state: described.groups[0]?.state,
        isListed: topics.includes('made'),
      };
    } finally {
      await admin.disconnect();
    }
  },
};

scenarios[scenario]().then(
  (seen) => process.stdout.write(JSON.stringify(seen)),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
