import { apis } from 'kafka-wire';
import { beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { errorsIn, refused, type RefusedRequest } from '../support/refused-request.js';

const TOPIC = 2;
const BROKER = 4;

const altered = (resourceName: string, configs: readonly object[], resourceType = TOPIC) => ({
  resources: [{ resourceType, resourceName, configs: configs as { name: string }[] }],
});
const change = (name: string, value: string | null, configOperation = 0) => ({ name, value, configOperation });
const incremental = (input: (topic: string) => object, ...codes: Parameters<typeof refused>[3][]) =>
  refused(apis.IncrementalAlterConfigs, 1, input, ...codes);
const REFUSED: Readonly<Record<string, RefusedRequest>> = {
  'a setting of no topic': incremental(
    (topic) => altered(`${topic}-x`, [change('retention.ms', '1')]),
    'UNKNOWN_TOPIC_OR_PARTITION',
  ),
  'a setting nobody knows': incremental((topic) => altered(topic, [change('no.such', '1')]), 'INVALID_CONFIG'),
  'a value that is no number': incremental(
    (topic) => altered(topic, [change('max.message.bytes', 'many')]),
    'INVALID_CONFIG',
  ),
  'a value below the smallest': incremental(
    (topic) => altered(topic, [change('min.insync.replicas', '0')]),
    'INVALID_CONFIG',
  ),
  'a setting without value': incremental((topic) => altered(topic, [change('retention.ms', null)]), 'INVALID_REQUEST'),
  'a setting named twice': incremental(
    (topic) => altered(topic, [change('retention.ms', '1'), change('retention.ms', '2')]),
    'INVALID_REQUEST',
  ),
  'more for what is no list': incremental(
    (topic) => altered(topic, [change('retention.ms', '1', 2)]),
    'INVALID_CONFIG',
  ),
  'one list entry that is wrong': incremental(
    (topic) => altered(topic, [change('cleanup.policy', 'burn', 2)]),
    'INVALID_CONFIG',
  ),
  'a topic named twice': incremental(
    (topic) => ({ resources: [...altered(topic, []).resources, ...altered(topic, []).resources] }),
    'INVALID_REQUEST',
    'INVALID_REQUEST',
  ),
  'a resource of no kind': incremental((topic) => altered(topic, [], 99), 'INVALID_REQUEST'),
  'an operation of no kind': incremental(
    (topic) => altered(topic, [change('retention.ms', '1', 9)]),
    'UNKNOWN_SERVER_ERROR',
  ),
  'a setting of a broker that needs a restart': incremental(
    () => altered('1', [change('num.partitions', '5')], BROKER),
    'INVALID_REQUEST',
  ),
  'forgetting what a broker was never told, which is no error': incremental(
    () => altered('1', [change('leader.replication.throttled.rate', null, 1)], BROKER),
    'NONE',
  ),
  'forgetting a setting of a broker that needs a restart, which is no error': incremental(
    () => altered('1', [change('num.partitions', null, 1)], BROKER),
    'NONE',
  ),
  'a change that is nothing but a look': incremental(
    (topic) => ({ ...altered(topic, [change('no.such', '1')]), validateOnly: true }),
    'INVALID_CONFIG',
  ),
  'forgetting what was never set, which is no error': incremental(
    (topic) => altered(topic, [change('retention.ms', null, 1)]),
    'NONE',
  ),
  'forgetting a setting nobody knows, which is no error': incremental(
    (topic) => altered(topic, [change('no.such', null, 1)]),
    'NONE',
  ),
  'all settings of no topic': refused(
    apis.AlterConfigs,
    2,
    (topic) => altered(`${topic}-x`, [{ name: 'retention.ms', value: '1' }]),
    'UNKNOWN_TOPIC_OR_PARTITION',
  ),
  'all settings with one nobody knows': refused(
    apis.AlterConfigs,
    2,
    (topic) => altered(topic, [{ name: 'no.such', value: '1' }]),
    'INVALID_CONFIG',
  ),
  'all settings with one without value': refused(
    apis.AlterConfigs,
    2,
    (topic) => altered(topic, [{ name: 'retention.ms', value: null }]),
    'INVALID_REQUEST',
  ),
  'settings of a broker that is not there': refused(
    apis.DescribeConfigs,
    4,
    () => ({ resources: [{ resourceType: BROKER, resourceName: '77', configurationKeys: null }] }),
    'INVALID_REQUEST',
  ),
  'settings of a broker without a number': refused(
    apis.DescribeConfigs,
    4,
    () => ({ resources: [{ resourceType: BROKER, resourceName: 'first', configurationKeys: null }] }),
    'INVALID_REQUEST',
  ),
  'settings of a topic with a bad name': refused(
    apis.DescribeConfigs,
    4,
    () => ({ resources: [{ resourceType: TOPIC, resourceName: 'a/b', configurationKeys: null }] }),
    'INVALID_TOPIC_EXCEPTION',
  ),
  'controllers, of a broker': refused(apis.DescribeCluster, 1, () => ({ endpointType: 2 }), 'MISMATCHED_ENDPOINT_TYPE'),
  'endpoints of no kind': refused(apis.DescribeCluster, 1, () => ({ endpointType: 9 }), 'UNSUPPORTED_ENDPOINT_TYPE'),
  'moving replicas to a node that is not there': refused(
    apis.AlterPartitionReassignments,
    0,
    (topic) => ({ topics: [{ name: topic, partitions: [{ partitionIndex: 0, replicas: [9] }] }] }),
    'NONE',
    'INVALID_REPLICA_ASSIGNMENT',
  ),
  'moving replicas of no partition': refused(
    apis.AlterPartitionReassignments,
    0,
    (topic) => ({ topics: [{ name: topic, partitions: [{ partitionIndex: 9, replicas: [1] }] }] }),
    'NONE',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ),
  'ending a move of replicas that never began': refused(
    apis.AlterPartitionReassignments,
    0,
    (topic) => ({ topics: [{ name: topic, partitions: [{ partitionIndex: 0, replicas: null }] }] }),
    'NONE',
    'NO_REASSIGNMENT_IN_PROGRESS',
  ),
};

describeOnEachKafka('requests of administrators about settings that are refused', (kafka) => {
  let topic: string;
  const address = () => kafka().bootstrap.at(0) ?? '';

  beforeAll(async () => {
    topic = await kafka().createTopic({ name: `test_${crypto.randomUUID()}` });
  });

  it.each(Object.entries(REFUSED))('%s', async (_name, request) => {
    expect(await errorsIn(address(), topic, request)).toEqual(request.codes);
  });
});
