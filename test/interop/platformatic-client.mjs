// Runs one scenario with @platformatic/kafka and prints what it saw as JSON: `node platformatic-client.mjs <host:port,…> <scenario>`.
// A process of its own, because on Node 20 the client needs a function added to Promise.
import zlib from 'node:zlib';

import '../../bench/peers/promise-with-resolvers.mjs';
import {
  Admin,
  Consumer,
  ProduceAcks,
  Producer,
  stringDeserializers,
  stringSerializers,
  MessagesStreamModes,
} from '@platformatic/kafka';

const [bootstrap = '', scenario = ''] = process.argv.slice(2);
const base = { clientId: 'platformatic', bootstrapBrokers: bootstrap.split(',') };
const COUNT = 30;
const values = Array.from({ length: COUNT }, (_, at) => `order ${String(at).padStart(2, '0')}`);

const producer = (options) =>
  new Producer({ ...base, serializers: stringSerializers, acks: ProduceAcks.ALL, ...options });
const messages = (topic, list = values) => list.map((value, at) => ({ topic, key: `key ${at}`, value }));

function consumer(groupId) {
  return new Consumer({
    ...base,
    groupId,
    deserializers: stringDeserializers,
    sessionTimeout: 10_000,
    heartbeatInterval: 500,
    maxWaitTime: 100,
  });
}

/** Reads so many in a group, read_committed, hands each message on, and leaves the group. */
async function consume(groupId, topic, count, each = async (message) => message.commit()) {
  const reader = consumer(groupId);
  const stream = await reader.consume({
    topics: [topic],
    autocommit: false,
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: 'earliest',
  });
  const read = [];
  for await (const message of stream) {
    await each(message, reader);
    read.push(message.value);
    if (read.length === count) break;
  }
  await stream.close();
  await reader.close(true);
  return read.toSorted((one, other) => one.localeCompare(other));
}

const scenarios = {
  async produce() {
    const plain = producer();
    await plain.send({ messages: messages('plain') });
    // The client has zstd where Node has it, from 22.15 on.
    const codecs = ['gzip', 'snappy', 'lz4', ...('zstdCompressSync' in zlib ? ['zstd'] : [])];
    for (const compression of codecs) await plain.send({ messages: messages('plain'), compression });
    await plain.close();
    const idempotent = producer({ idempotent: true });
    for (const part of [values.slice(0, 10), values.slice(10)]) {
      await idempotent.send({ messages: messages('idempotent', part) });
    }
    await idempotent.close();
    return codecs;
  },

  /** The first transaction is aborted, the second one reads the same again. */
  async transactions() {
    const plain = producer();
    await plain.send({ messages: messages('orders') });
    await plain.close();
    const writer = producer({ idempotent: true, transactionalId: 'billing' });
    for (const ending of ['abort', 'commit']) {
      const transaction = await writer.beginTransaction();
      await consume('billing', 'orders', COUNT, async (message, reader) => {
        await transaction.addConsumer(reader);
        await transaction.send({ messages: messages('invoices', [`invoice of ${message.value}`]) });
        await transaction.addOffset(message);
      });
      await transaction[ending]();
    }
    await writer.close();
    const invoices = await consume('readers', 'invoices', COUNT);
    const admin = new Admin(base);
    const [billing] = await admin.listConsumerGroupOffsets({ groups: ['billing'] });
    await admin.close();
    const committed = billing.topics[0].partitions.reduce((sum, it) => sum + Number(it.committedOffset), 0);
    return { invoices, committed };
  },

  async group() {
    const plain = producer();
    await plain.send({ messages: messages('shared') });
    const first = await consume('sharers', 'shared', COUNT);
    await plain.send({ messages: messages('shared', ['later']) });
    await plain.close();
    return { first, second: await consume('sharers', 'shared', 1) };
  },

  async admin() {
    const admin = new Admin(base);
    const created = await admin.createTopics({ topics: ['made'], partitions: 2, replicas: 3 });
    await admin.createPartitions({ topics: [{ name: 'made', count: 4, assignments: null }] });
    const retention = { name: 'retention.ms', value: '1234567', configOperation: 0 };
    await admin.incrementalAlterConfigs({
      resources: [{ resourceType: 2, resourceName: 'made', configs: [retention] }],
    });
    const [described] = await admin.describeConfigs({
      resources: [{ resourceType: 2, resourceName: 'made', configurationKeys: ['retention.ms'] }],
    });
    const { topics } = await admin.metadata({ topics: ['made'], forceUpdate: true });
    const groups = await admin.listGroups();
    const listed = await admin.listTopics();
    await admin.deleteTopics({ topics: ['made'] });
    const left = await admin.listTopics();
    await admin.close();
    return {
      created: created.map(({ name, partitions, replicas }) => [name, partitions, replicas]),
      partitions: topics.get('made').partitionsCount,
      configs: described.configs.map(({ name, value }) => [name, value]),
      groups: [...groups.keys()].toSorted(),
      isListed: [listed.includes('made'), left.includes('made')],
    };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
