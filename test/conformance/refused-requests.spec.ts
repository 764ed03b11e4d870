import { apis } from 'kafka-wire';
import { beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { errorsIn, refused, type RefusedRequest } from '../support/refused-request.js';

const fetchOf = (topic: string, partition: object = {}) => ({
  maxWaitMs: 0,
  maxBytes: 1000,
  topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000, ...partition }] }],
});
const offsetsOf = (topic: string, partition: object = {}) => ({
  topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1, ...partition }] }],
});
const creationOf = (name: string, topic: object = {}) => ({
  timeoutMs: 5000,
  topics: [{ name, numPartitions: 1, replicationFactor: 1, ...topic }],
});

const REFUSED: Readonly<Record<string, RefusedRequest>> = {
  'a fetch beyond the end': refused(
    apis.Fetch,
    11,
    (topic) => fetchOf(topic, { fetchOffset: 5 }),
    'NONE',
    'OFFSET_OUT_OF_RANGE',
  ),
  'a fetch of a partition that is not there': refused(
    apis.Fetch,
    11,
    (topic) => fetchOf(topic, { partition: 9 }),
    'NONE',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ),
  'a fetch from the leader of a later epoch': refused(
    apis.Fetch,
    11,
    (topic) => fetchOf(topic, { currentLeaderEpoch: 7 }),
    'NONE',
    'UNKNOWN_LEADER_EPOCH',
  ),
  'a fetch in a session that never was': refused(
    apis.Fetch,
    11,
    (topic) => ({ ...fetchOf(topic), sessionId: 99, sessionEpoch: 3 }),
    'FETCH_SESSION_ID_NOT_FOUND',
  ),
  'offsets of a partition that is not there': refused(
    apis.ListOffsets,
    5,
    (topic) => offsetsOf(topic, { partitionIndex: 9 }),
    'UNKNOWN_TOPIC_OR_PARTITION',
  ),
  'the end of an epoch that is yet to come, which is no error': refused(
    apis.OffsetForLeaderEpoch,
    3,
    (topic) => ({ replicaId: -1, topics: [{ topic, partitions: [{ partition: 0, leaderEpoch: 9 }] }] }),
    'NONE',
  ),
  'more partitions than one request may make, and all topics with them': refused(
    apis.CreateTopics,
    7,
    (topic) => ({
      timeoutMs: 5000,
      topics: [
        { name: `${topic}-a`, numPartitions: 10_001, replicationFactor: 1 },
        { name: `${topic}-b`, numPartitions: 1, replicationFactor: 1 },
      ],
    }),
    'POLICY_VIOLATION',
    'POLICY_VIOLATION',
  ),
  'more partitions than one request may add': refused(
    apis.CreatePartitions,
    3,
    (topic) => ({ timeoutMs: 5000, validateOnly: true, topics: [{ name: topic, count: 10_002, assignments: null }] }),
    'UNKNOWN_SERVER_ERROR',
  ),
  'metadata of a topic without a name, and of all topics with it': refused(
    apis.Metadata,
    11,
    (topic) => ({ topics: [{ name: null }, { name: topic }] }),
    'INVALID_REQUEST',
    'INVALID_REQUEST',
    'NONE',
  ),
  'metadata by an id two versions too early': refused(
    apis.Metadata,
    10,
    (topic) => ({ topics: [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', name: topic }] }),
    'INVALID_REQUEST',
    'NONE',
  ),
  'a topic that exists': refused(apis.CreateTopics, 5, (topic) => creationOf(topic), 'TOPIC_ALREADY_EXISTS'),
  'a topic with a bad name': refused(apis.CreateTopics, 5, () => creationOf('a/b'), 'INVALID_TOPIC_EXCEPTION'),
  'a topic without partitions': refused(
    apis.CreateTopics,
    5,
    (topic) => creationOf(`${topic}-x`, { numPartitions: 0 }),
    'INVALID_PARTITIONS',
  ),
  'a topic on more brokers than there are': refused(
    apis.CreateTopics,
    5,
    (topic) => creationOf(`${topic}-x`, { replicationFactor: 9 }),
    'INVALID_REPLICATION_FACTOR',
  ),
  'a topic with a setting nobody knows': refused(
    apis.CreateTopics,
    5,
    (topic) => creationOf(`${topic}-x`, { configs: [{ name: 'no.such', value: '1' }] }),
    'INVALID_CONFIG',
  ),
  'a topic asked for twice': refused(
    apis.CreateTopics,
    5,
    (topic) => ({
      ...creationOf(topic),
      topics: [`${topic}-x`, `${topic}-x`].flatMap((name) => creationOf(name).topics),
    }),
    'INVALID_REQUEST',
  ),
  'deleting no topic': refused(
    apis.DeleteTopics,
    5,
    (topic) => ({ topicNames: [`${topic}-x`], timeoutMs: 5000 }),
    'UNKNOWN_TOPIC_OR_PARTITION',
  ),
  'fewer partitions': refused(
    apis.CreatePartitions,
    2,
    (topic) => ({ topics: [{ name: topic, count: 1, assignments: null }], timeoutMs: 5000 }),
    'INVALID_PARTITIONS',
  ),
  'metadata of no topic': refused(
    apis.Metadata,
    9,
    (topic) => ({ topics: [{ name: `${topic}-x` }], allowAutoTopicCreation: false }),
    'UNKNOWN_TOPIC_OR_PARTITION',
    'NONE',
  ),
  'metadata of a topic with a bad name': refused(
    apis.Metadata,
    9,
    () => ({ topics: [{ name: 'a/b' }], allowAutoTopicCreation: false }),
    'INVALID_TOPIC_EXCEPTION',
    'NONE',
  ),
  'settings of no topic': refused(
    apis.DescribeConfigs,
    4,
    (topic) => ({ resources: [{ resourceType: 2, resourceName: `${topic}-x`, configurationKeys: null }] }),
    'UNKNOWN_TOPIC_OR_PARTITION',
  ),
};

describeOnEachKafka('requests about topics that are refused', (kafka) => {
  let topic: string;
  const address = () => kafka().bootstrap.at(0) ?? '';

  beforeAll(async () => {
    topic = await kafka().createTopic();
  });

  it.each(Object.entries(REFUSED))('%s', async (_name, request) => {
    expect(await errorsIn(address(), topic, request)).toEqual(request.codes);
  });
});
