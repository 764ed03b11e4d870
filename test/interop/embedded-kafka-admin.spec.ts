import { EmbeddedKafka } from 'embedded-kafka';
import { ConfigResourceTypes, Kafka, logLevel, type Admin } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runJava } from '../apache-kafka/launcher.mjs';
import { java } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';

let kafka: EmbeddedKafka;

beforeEach(async () => {
  kafka = await EmbeddedKafka.start({ brokers: 3, topics: [{ name: 'orders', partitions: 2 }] });
});

afterEach(() => kafka.stop());

describe('the admin client of kafkajs', () => {
  let admin: Admin;

  beforeEach(async () => {
    admin = new Kafka({ clientId: 'admin', brokers: kafka.bootstrap, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  });

  afterEach(() => admin.disconnect());

  it('creates, grows, lists and deletes topics', async () => {
    const topics = [{ topic: 'audit', numPartitions: 2, replicationFactor: 3 }];
    expect(await admin.createTopics({ topics })).toBe(true);
    expect(await admin.createTopics({ topics })).toBe(false);
    await admin.createPartitions({ topicPartitions: [{ topic: 'audit', count: 4 }] });
    expect(await admin.listTopics()).toEqual(['orders', 'audit']);
    const { topics: described } = await admin.fetchTopicMetadata({ topics: ['audit'] });
    expect(described[0]?.partitions.length).toBe(4);
    await admin.deleteTopics({ topics: ['audit'] });
    expect(await admin.listTopics()).toEqual(['orders']);
  });

  it('describes and alters settings', async () => {
    const resource = { type: ConfigResourceTypes.TOPIC, name: 'orders' };
    const configEntries = [{ name: 'max.message.bytes', value: '5000' }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
    const { resources } = await admin.describeConfigs({ includeSynonyms: true, resources: [resource] });
    const found = resources[0]?.configEntries.find(({ configName }) => configName === 'max.message.bytes');
    expect([found?.configValue, found?.isDefault]).toEqual(['5000', false]);
  });

  it('sees the cluster and moves replicas', async () => {
    const cluster = await admin.describeCluster();
    expect([cluster.brokers.length, cluster.controller]).toEqual([3, 1]);
    await admin.alterPartitionReassignments({
      topics: [{ topic: 'orders', partitionAssignment: [{ partition: 0, replicas: [3, 2] }] }],
    });
    expect(await admin.listPartitionReassignments({})).toMatchObject({ topics: [] });
    const { topics } = await admin.fetchTopicMetadata({ topics: ['orders'] });
    expect(topics[0]?.partitions.find(({ partitionId }) => partitionId === 0)?.replicas).toEqual([3, 2]);
    expect(kafka.leaderOf('orders', 0)).toBe(3);
  });
});

describeNeeding([java], "Kafka's own tools", () => {
  const tool = async (main: string, ...args: string[]) => {
    const { stdout, stderr, code } = await runJava(main, ['--bootstrap-server', kafka.bootstrap.join(','), ...args]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };
  const topics = (...args: string[]) => tool('org.apache.kafka.tools.TopicCommand', ...args);

  it('create, describe, grow and delete topics', async () => {
    await topics(
      '--create',
      '--topic',
      'audit',
      '--partitions',
      '2',
      '--replication-factor',
      '3',
      '--config',
      'retention.ms=5000',
    );
    await topics('--alter', '--topic', 'audit', '--partitions', '3');
    const described = await topics('--describe', '--topic', 'audit');
    expect(described).toMatch(
      /Topic: audit\s.*PartitionCount: 3\s+ReplicationFactor: 3\s+Configs: .*retention.ms=5000/,
    );
    await topics('--delete', '--topic', 'audit');
    expect((await topics('--list')).trim()).toBe('orders');
  });

  it('alter settings and give leaderships back', async () => {
    const configs = (...args: string[]) =>
      tool('kafka.admin.ConfigCommand', '--entity-type', 'topics', '--entity-name', 'orders', ...args);
    await configs('--alter', '--add-config', 'min.insync.replicas=2,max.message.bytes=5000');
    expect(await configs('--describe')).toContain('min.insync.replicas=2');
    kafka.moveLeader('orders', 0, 2);
    const election = ['--election-type', 'preferred', '--topic', 'orders', '--partition', '0'];
    await tool('org.apache.kafka.tools.LeaderElectionCommand', ...election);
    expect(kafka.leaderOf('orders', 0)).toBe(1);
  });
});
