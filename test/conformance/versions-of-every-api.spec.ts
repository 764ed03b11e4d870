import { apis, type ApiName } from 'kafka-wire';
import { beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { errorsIn } from '../support/refused-request.js';
import { coordinatorIsLoaded } from '../support/raw-group.js';

/** The error codes in the answer to a request that says as little as it may, in the order they stand in it; for the oldest and the newest version. */
type Answer = readonly (readonly string[])[];

const none: Answer = [[], []];
const fine: Answer = [['NONE'], ['NONE']];
const both = (error: string): Answer => [[error], [error]];

/** What a request has to say at least. */
const NEEDED: Partial<Record<ApiName, object>> = {
  // With acks 0, the default, there is no answer.
  Produce: { acks: 1 },
  Metadata: { topics: [] },
  FindCoordinator: { key: 'group', coordinatorKeys: ['group'] },
  ApiVersions: { clientSoftwareName: 'test', clientSoftwareVersion: '1' },
  // Kafka never answers one without a topic.
  AddPartitionsToTxn: {
    transactions: [{ transactionalId: 'nobody', topics: [{ name: 'no-such-topic', partitions: [0] }] }],
    v3AndBelowTransactionalId: 'nobody',
    v3AndBelowTopics: [{ name: 'no-such-topic', partitions: [0] }],
  },
  // Any resource, any pattern, any operation, any permission.
  DescribeAcls: { resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1, permissionType: 1 },
  ElectLeaders: { topicPartitions: [] },
  ListPartitionReassignments: { topics: [] },
  DescribeLogDirs: { topics: [] },
};

const ANSWERS: Record<ApiName, Answer> = {
  Produce: none,
  Fetch: fine,
  ListOffsets: none,
  OffsetCommit: none,
  OffsetFetch: fine,
  JoinGroup: both('INVALID_GROUP_ID'),
  Heartbeat: both('INVALID_GROUP_ID'),
  LeaveGroup: both('INVALID_GROUP_ID'),
  SyncGroup: [['INVALID_GROUP_ID'], ['INCONSISTENT_GROUP_PROTOCOL']],
  DescribeGroups: none,
  SaslHandshake: both('ILLEGAL_SASL_STATE'),
  SaslAuthenticate: both('ILLEGAL_SASL_STATE'),
  CreateTopics: none,
  DeleteTopics: none,
  DeleteRecords: none,
  InitProducerId: both('INVALID_REQUEST'),
  OffsetForLeaderEpoch: none,
  AddOffsetsToTxn: both('INVALID_REQUEST'),
  EndTxn: both('INVALID_REQUEST'),
  TxnOffsetCommit: none,
  CreateAcls: none,
  DeleteAcls: none,
  DescribeConfigs: none,
  CreatePartitions: none,
  DeleteGroups: none,
  OffsetDelete: both('INVALID_GROUP_ID'),
  AlterUserScramCredentials: none,
  DescribeCluster: fine,
  DescribeProducers: none,
  DescribeTransactions: none,
  Metadata: fine,
  ListGroups: fine,
  // From version 4 on there is one more for each key.
  FindCoordinator: [['NONE'], ['NONE', 'NONE']],
  ApiVersions: fine,
  AddPartitionsToTxn: fine,
  ListTransactions: fine,
  DescribeAcls: both('SECURITY_DISABLED'),
  DescribeUserScramCredentials: fine,
  AlterConfigs: none,
  IncrementalAlterConfigs: none,
  ElectLeaders: fine,
  AlterPartitionReassignments: fine,
  ListPartitionReassignments: fine,
  // At the top and for the one folder.
  DescribeLogDirs: [
    ['NONE', 'NONE'],
    ['NONE', 'NONE'],
  ],
};

describeOnEachKafka('the oldest and the newest version', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';

  beforeAll(() => coordinatorIsLoaded(address(), 'group'));

  it.each(Object.entries(ANSWERS))('of %s answer a request that says no more than it must', async (name, answers) => {
    const api = apis[name as ApiName];
    const input = NEEDED[api.name] ?? {};
    const { min, max } = api.versions;
    const seen = [min, max].map((version) => errorsIn(address(), '', { api, version, input: () => input, codes: [] }));
    expect(await Promise.all(seen)).toEqual(answers);
  });
});
