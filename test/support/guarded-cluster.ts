import { apis } from 'kafka-wire';

import { cluster, DENIED, guarded, topic, type GuardedRequest } from './guarded-request.js';

const UNKNOWN = 'UNKNOWN_TOPIC_OR_PARTITION';
const newTopic = { name: 'newcomer', numPartitions: 1, replicationFactor: 1 };

/** Requests about topics, configurations and rights. */
export const GUARDED_CLUSTER: Readonly<Record<string, GuardedRequest>> = {
  'seeing a topic': guarded(
    apis.Metadata,
    9,
    { topics: [{ name: 'orders' }] },
    [['describe', topic('orders')]],
    [DENIED.topic],
    [],
  ),
  'seeing a missing topic': guarded(
    apis.Metadata,
    9,
    { topics: [{ name: 'missing' }] },
    [['describe', topic('missing')]],
    [DENIED.topic],
    [UNKNOWN],
  ),
  'seeing all topics': guarded(apis.Metadata, 9, { topics: null }, [['read', topic('orders')]], [], []),
  'creating a topic': guarded(
    apis.CreateTopics,
    5,
    { topics: [newTopic], validateOnly: true },
    [['create', topic('newcomer')]],
    [DENIED.topic],
    [DENIED.topic],
  ),
  'creating a topic, with the right to all': guarded(
    apis.CreateTopics,
    5,
    { topics: [newTopic], validateOnly: true },
    [
      ['create', cluster],
      ['describeConfigs', topic('newcomer')],
    ],
    [DENIED.topic],
    [],
  ),
  'deleting a topic that may be seen': guarded(
    apis.DeleteTopics,
    5,
    { topicNames: ['orders', 'missing'], timeoutMs: 1_000 },
    [
      ['describe', topic('orders')],
      ['describe', topic('missing')],
      ['delete', topic('missing')],
    ],
    [DENIED.topic, DENIED.topic],
    [DENIED.topic, UNKNOWN],
  ),
  'adding partitions': guarded(
    apis.CreatePartitions,
    2,
    { topics: [{ name: 'orders', count: 1, assignments: null }], timeoutMs: 1_000 },
    [['alter', topic('orders')]],
    [DENIED.topic],
    ['INVALID_PARTITIONS'],
  ),
  'deleting records': guarded(
    apis.DeleteRecords,
    1,
    { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs: 1_000 },
    [['delete', topic('orders')]],
    [DENIED.topic],
    [],
  ),
  'reading configurations': guarded(
    apis.DescribeConfigs,
    2,
    {
      resources: [
        { resourceType: 2, resourceName: 'orders' },
        { resourceType: 4, resourceName: '1' },
      ].map((it) => ({ ...it, configurationKeys: [] })),
    },
    [['describeConfigs', topic('orders')]],
    [DENIED.topic, DENIED.cluster],
    [DENIED.cluster],
  ),
  'changing configurations': guarded(
    apis.IncrementalAlterConfigs,
    0,
    { resources: [{ resourceType: 2, resourceName: 'orders', configs: [] }], validateOnly: true },
    [['alterConfigs', topic('orders')]],
    [DENIED.topic],
    [],
  ),
  'reading rules': guarded(
    apis.DescribeAcls,
    2,
    {
      resourceTypeFilter: 1,
      resourceNameFilter: null,
      patternTypeFilter: 1,
      principalFilter: 'User:x',
      hostFilter: null,
      operation: 1,
      permissionType: 1,
    },
    [['describe', cluster]],
    [DENIED.cluster],
    [],
  ),
  'making rules': guarded(
    apis.CreateAcls,
    2,
    {
      creations: [
        { resourceType: 2, resourceName: '', principal: 'User:x', host: '*', operation: 3, permissionType: 3 },
      ],
    },
    [['alter', cluster]],
    [DENIED.cluster],
    ['INVALID_REQUEST'],
  ),
  'deleting rules': guarded(
    apis.DeleteAcls,
    2,
    {
      filters: [
        {
          resourceTypeFilter: 2,
          resourceNameFilter: 'x',
          patternTypeFilter: 3,
          principalFilter: null,
          hostFilter: null,
          operation: 1,
          permissionType: 1,
        },
      ],
    },
    [['alter', cluster]],
    [DENIED.cluster],
    [],
  ),
  'reading credentials': guarded(
    apis.DescribeUserScramCredentials,
    0,
    { users: [{ name: 'nobody' }] },
    [['describe', cluster]],
    [DENIED.cluster, DENIED.cluster],
    ['RESOURCE_NOT_FOUND'],
  ),
  'changing credentials': guarded(
    apis.AlterUserScramCredentials,
    0,
    { deletions: [{ name: 'nobody', mechanism: 1 }] },
    [['alter', cluster]],
    [DENIED.cluster],
    ['RESOURCE_NOT_FOUND'],
  ),
};
