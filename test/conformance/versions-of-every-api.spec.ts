import { apis, type ApiName } from 'kafka-wire';
import { expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';
import { errorsIn } from '../support/refused-request.js';

/** The error codes in the answer to a request that says nothing, in the order they stand in it; for the oldest and the newest version. */
type Answer = readonly (readonly string[])[];

const none: Answer = [[], []];
const fine: Answer = [['NONE'], ['NONE']];
const both = (error: string): Answer => [[error], [error]];

const ANSWERS: Partial<Record<ApiName, Answer>> = {
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
};

describeOnEachKafka('the oldest and the newest version', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';

  it.each(Object.entries(ANSWERS))('of %s answer a request that says nothing', async (name, answers) => {
    const api = apis[name as ApiName];
    // With acks 0, the default, there is no answer.
    const input = api.name === 'Produce' ? { acks: 1 } : {};
    const { min, max } = api.versions;
    const seen = [min, max].map((version) => errorsIn(address(), '', { api, version, input: () => input, codes: [] }));
    expect(await Promise.all(seen)).toEqual(answers);
  });
});
