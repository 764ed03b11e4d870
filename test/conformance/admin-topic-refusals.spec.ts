import { apis } from 'kafka-wire';
import { beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { errorsIn, refused, type RefusedRequest } from '../support/refused-request.js';

const creation = (topic: object) => ({
  timeoutMs: 5000,
  topics: [{ numPartitions: 1, replicationFactor: 1, ...topic }],
});
const assigned = (name: string, ...indexes: number[]) =>
  creation({
    name,
    numPartitions: -1,
    replicationFactor: -1,
    assignments: indexes.map((partitionIndex) => ({ partitionIndex, brokerIds: [1] })),
  });
const grown = (name: string, count: number, assignments: number[][] | null = null, times = 1) => ({
  timeoutMs: 5000,
  topics: Array.from({ length: times }, () => ({
    name,
    count,
    assignments: assignments && assignments.map((brokerIds) => ({ brokerIds })),
  })),
});

const REFUSED: Readonly<Record<string, RefusedRequest>> = {
  'a topic whose partitions do not begin at 0': refused(
    apis.CreateTopics,
    5,
    (topic) => assigned(`${topic}-x`, 1, 2),
    'INVALID_REPLICA_ASSIGNMENT',
  ),
  'a topic with one partition twice': refused(
    apis.CreateTopics,
    5,
    (topic) => assigned(`${topic}-x`, 0, 0),
    'INVALID_REPLICA_ASSIGNMENT',
  ),
  'a topic with a negative number of partitions': refused(
    apis.CreateTopics,
    5,
    (topic) => creation({ name: `${topic}-x`, numPartitions: -2 }),
    'INVALID_PARTITIONS',
  ),
  'a topic without replicas': refused(
    apis.CreateTopics,
    5,
    (topic) => creation({ name: `${topic}-x`, replicationFactor: 0 }),
    'INVALID_REPLICATION_FACTOR',
  ),
  'a topic with numbers and an assignment': refused(
    apis.CreateTopics,
    5,
    (topic) => creation({ name: `${topic}-x`, assignments: [{ partitionIndex: 0, brokerIds: [1] }] }),
    'INVALID_REQUEST',
  ),
  'a topic that differs from another one in a dot alone': refused(
    apis.CreateTopics,
    5,
    (topic) => creation({ name: topic.replace('_', '.') }),
    'INVALID_TOPIC_EXCEPTION',
  ),
  'a topic that exists, also when it is only looked at': refused(
    apis.CreateTopics,
    5,
    (topic) => ({ ...creation({ name: topic }), validateOnly: true }),
    'TOPIC_ALREADY_EXISTS',
  ),
  'as many partitions as there are': refused(
    apis.CreatePartitions,
    2,
    (topic) => grown(topic, 1),
    'INVALID_PARTITIONS',
  ),
  'partitions of no topic': refused(
    apis.CreatePartitions,
    2,
    (topic) => grown(`${topic}-x`, 2),
    'UNKNOWN_TOPIC_OR_PARTITION',
  ),
  'partitions with too few assignments': refused(
    apis.CreatePartitions,
    2,
    (topic) => grown(topic, 3, [[1]]),
    'INVALID_REPLICA_ASSIGNMENT',
  ),
  'partitions on a node that is not there': refused(
    apis.CreatePartitions,
    2,
    (topic) => grown(topic, 2, [[9]]),
    'INVALID_REPLICA_ASSIGNMENT',
  ),
  'partitions for one topic twice': refused(
    apis.CreatePartitions,
    2,
    (topic) => grown(topic, 2, null, 2),
    'INVALID_REQUEST',
  ),
  'deleting by an id nobody has': refused(
    apis.DeleteTopics,
    6,
    () => ({ topics: [{ name: null, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' }], timeoutMs: 5000 }),
    'UNKNOWN_TOPIC_ID',
  ),
  'deleting by neither name nor id': refused(
    apis.DeleteTopics,
    6,
    () => ({ topics: [{ name: null }], timeoutMs: 5000 }),
    'INVALID_REQUEST',
  ),
  'deleting by name and id': refused(
    apis.DeleteTopics,
    6,
    (topic) => ({ topics: [{ name: topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' }], timeoutMs: 5000 }),
    'INVALID_REQUEST',
  ),
  'metadata of an id nobody has': refused(
    apis.Metadata,
    12,
    () => ({ topics: [{ name: null, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' }], allowAutoTopicCreation: false }),
    'UNKNOWN_TOPIC_ID',
    'NONE',
  ),
};

describeOnEachKafka('requests of administrators about topics that are refused', (kafka) => {
  let topic: string;
  const address = () => kafka().bootstrap.at(0) ?? '';

  beforeAll(async () => {
    topic = await kafka().createTopic({ name: `test_${crypto.randomUUID()}` });
  });

  it.each(Object.entries(REFUSED))('%s', async (_name, request) => {
    expect(await errorsIn(address(), topic, request)).toEqual(request.codes);
  });
});
