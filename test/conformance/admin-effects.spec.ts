import { apis, errorName } from 'kafka-wire';
import { expect, it } from 'vitest';

import { describeOnEachKafka, newTopicName } from '../support/each-kafka.js';
import { newProducerId, produced } from '../support/raw-producer.js';
import { rawRequest } from '../support/raw-request.js';

const PATIENCE = { timeout: 20_000, interval: 50 };

const NAMES =
  'cleanup.policy compression.gzip.level compression.lz4.level compression.type compression.zstd.level delete.retention.ms ' +
  'file.delete.delay.ms flush.messages flush.ms follower.replication.throttled.replicas index.interval.bytes ' +
  'leader.replication.throttled.replicas local.retention.bytes local.retention.ms max.compaction.lag.ms max.message.bytes ' +
  'message.timestamp.after.max.ms message.timestamp.before.max.ms message.timestamp.type min.cleanable.dirty.ratio ' +
  'min.compaction.lag.ms min.insync.replicas preallocate remote.log.copy.disable remote.log.delete.on.disable ' +
  'remote.storage.enable retention.bytes retention.ms segment.bytes segment.index.bytes segment.jitter.ms segment.ms ' +
  'unclean.leader.election.enable';

describeOnEachKafka('what administrators change', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';

  const alter = async (
    topic: string,
    name: string,
    value: string | null,
    configOperation = 0,
    validateOnly = false,
  ) => {
    const resources = [{ resourceType: 2, resourceName: topic, configs: [{ name, value, configOperation }] }];
    const body = await rawRequest(address(), apis.IncrementalAlterConfigs, 1, { resources, validateOnly });
    return errorName(body.responses[0]?.errorCode ?? 0);
  };

  async function describeTopic(topic: string, keys: string[] | null = null) {
    const resources = [{ resourceType: 2, resourceName: topic, configurationKeys: keys }];
    const input = { resources, includeSynonyms: true, includeDocumentation: false };
    const body = await rawRequest(address(), apis.DescribeConfigs, 4, input);
    return body.results[0]?.configs ?? [];
  }

  const valueOf = async (topic: string, name: string) => (await describeTopic(topic, [name]))[0]?.value;

  it('refuses a retry as too large that was small enough before the setting was lowered', async () => {
    const topic = await kafka().createTopic();
    const producerId = await newProducerId(address());
    const batch = { producerId, valueBytes: 2000 };
    expect(await produced(address(), topic, batch)).toBe(0);
    expect(await produced(address(), topic, batch)).toBe(0);
    expect(await alter(topic, 'max.message.bytes', '1000')).toBe('NONE');
    await expect.poll(() => produced(address(), topic, batch), PATIENCE).toBe('MESSAGE_TOO_LARGE');
    expect(await produced(address(), topic, { producerId, baseSequence: 1 })).toBe(1);
    expect(await alter(topic, 'max.message.bytes', null, 1)).toBe('NONE');
    await expect.poll(() => produced(address(), topic, batch), PATIENCE).toBe(0);
  });

  it('sets, adds to, takes from and forgets', async () => {
    const topic = await kafka().createTopic({ configs: { 'cleanup.policy': 'compact' } });
    expect(await alter(topic, 'cleanup.policy', 'delete', 2)).toBe('NONE');
    await expect.poll(() => valueOf(topic, 'cleanup.policy'), PATIENCE).toBe('compact,delete');
    expect(await alter(topic, 'cleanup.policy', 'compact', 3)).toBe('NONE');
    await expect.poll(() => valueOf(topic, 'cleanup.policy'), PATIENCE).toBe('delete');
    expect(await alter(topic, 'segment.bytes', '2000000')).toBe('NONE');
    expect(await alter(topic, 'segment.bytes', '3000000', 0, true)).toBe('NONE');
    await expect.poll(() => valueOf(topic, 'segment.bytes'), PATIENCE).toBe('2000000');
    expect(await alter(topic, 'segment.bytes', null, 1)).toBe('NONE');
    await expect.poll(() => valueOf(topic, 'segment.bytes'), PATIENCE).toBe('1073741824');
  });

  it('puts back what AlterConfigs does not name', async () => {
    const topic = await kafka().createTopic({ configs: { 'segment.bytes': '2000000' } });
    const configs = [{ name: 'max.message.bytes', value: '5000' }];
    const resources = [{ resourceType: 2, resourceName: topic, configs }];
    const body = await rawRequest(address(), apis.AlterConfigs, 2, { resources });
    expect(body.responses[0]?.errorCode).toBe(0);
    await expect.poll(() => valueOf(topic, 'max.message.bytes'), PATIENCE).toBe('5000');
    expect(await valueOf(topic, 'segment.bytes')).toBe('1073741824');
  });

  it('describes every setting Kafka has, and where its value comes from', async () => {
    const topic = await kafka().createTopic({ configs: { 'max.message.bytes': '5000' } });
    const configs = await describeTopic(topic);
    expect(configs.map(({ name }) => name).toSorted()).toEqual(NAMES.split(' '));
    const described = configs.find(({ name }) => name === 'max.message.bytes');
    expect([described?.value, described?.configSource, described?.readOnly, described?.configType]).toEqual([
      '5000',
      1,
      false,
      3,
    ]);
    expect(described?.synonyms.map(({ name, value, source }) => [name, value, source])).toEqual([
      ['max.message.bytes', '5000', 1],
      ['message.max.bytes', '1048588', 5],
    ]);
    const defaults = configs
      .filter(({ configSource }) => configSource === 5)
      .map(({ name, value, configType }) => {
        return [name, value, configType];
      });
    expect(defaults).toEqual(
      expect.arrayContaining([
        ['compression.lz4.level', '9', 3],
        ['compression.type', 'producer', 2],
        ['follower.replication.throttled.replicas', '', 7],
        ['flush.ms', '9223372036854775807', 5],
        ['min.cleanable.dirty.ratio', '0.5', 6],
        ['preallocate', 'false', 1],
        ['segment.index.bytes', '10485760', 3],
      ]),
    );
  });

  it('deletes a topic by its id, and gives the next one of that name another id', async () => {
    const topic = await kafka().createTopic();
    const input = { topics: [{ name: topic }], allowAutoTopicCreation: false };
    const topicOf = async () => (await rawRequest(address(), apis.Metadata, 12, input)).topics[0];
    const first = await topicOf();
    expect(await produced(address(), topic)).toBe(0);
    const byId = { topics: [{ name: null, topicId: first?.topicId ?? '' }], timeoutMs: 10_000 };
    const { responses } = await rawRequest(address(), apis.DeleteTopics, 6, byId);
    expect(responses.map(({ name, topicId, errorCode }) => [name, topicId, errorCode])).toEqual([
      [topic, first?.topicId, 0],
    ]);
    await expect
      .poll(async () => errorName((await topicOf())?.errorCode ?? 0), PATIENCE)
      .toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(await produced(address(), topic)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    await kafka().createTopic({ name: topic });
    expect((await topicOf())?.topicId).not.toBe(first?.topicId);
    expect(await produced(address(), topic)).toBe(0);
  });

  it('adds partitions, or only looks', async () => {
    const topic = await kafka().createTopic();
    const grow = async (validateOnly: boolean) => {
      const topics = [{ name: topic, count: 3, assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] }];
      return (await rawRequest(address(), apis.CreatePartitions, 2, { topics, timeoutMs: 10_000, validateOnly }))
        .results[0]?.errorCode;
    };
    const count = async () =>
      (await rawRequest(address(), apis.Metadata, 9, { topics: [{ name: topic }] })).topics[0]?.partitions.length;
    expect([await grow(true), await count()]).toEqual([0, 1]);
    expect(await grow(false)).toBe(0);
    await expect.poll(count, PATIENCE).toBe(3);
    await expect.poll(() => produced(address(), topic, { partition: 2 }), PATIENCE).toBeTypeOf('number');
  });

  it('creates nothing when it only looks', async () => {
    const name = newTopicName();
    const topics = [
      { name, numPartitions: 2, replicationFactor: 1, configs: [{ name: 'segment.bytes', value: '2000000' }] },
    ];
    const body = await rawRequest(address(), apis.CreateTopics, 7, { topics, timeoutMs: 10_000, validateOnly: true });
    const [created] = body.topics;
    expect([created?.errorCode, created?.topicId, created?.numPartitions, created?.replicationFactor]).toEqual([
      0,
      expect.not.stringMatching(/^A+$/),
      2,
      1,
    ]);
    expect(created?.configs?.find((config) => config.name === 'segment.bytes')?.value).toBe('2000000');
    const { topics: found } = await rawRequest(address(), apis.Metadata, 9, {
      topics: [{ name }],
      allowAutoTopicCreation: false,
    });
    expect(errorName(found[0]?.errorCode ?? 0)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('lists no reassignment, and the sizes of logs', async () => {
    const topic = await kafka().createTopic();
    await produced(address(), topic);
    const reassignments = await rawRequest(address(), apis.ListPartitionReassignments, 0, { topics: null });
    expect([reassignments.errorCode, reassignments.topics]).toEqual([0, []]);
    const input = { topics: [{ topic, partitions: [0] }] };
    const { results } = await rawRequest(address(), apis.DescribeLogDirs, 4, input);
    expect(results.map(({ errorCode, topics }) => [errorCode, topics.map(({ name }) => name)])).toEqual([[0, [topic]]]);
    expect(results[0]?.topics[0]?.partitions).toMatchObject([{ partitionIndex: 0, partitionSize: 73, offsetLag: 0 }]);
  });

  it('cannot write to an internal topic', async () => {
    const found = async () => {
      const body = await rawRequest(address(), apis.FindCoordinator, 3, { key: newTopicName(), keyType: 0 });
      return body.errorCode;
    };
    await expect.poll(found, PATIENCE).toBe(0);
    await expect.poll(() => produced(address(), '__consumer_offsets'), PATIENCE).toBe('INVALID_TOPIC_EXCEPTION');
  });
});
