import { addOffsetsToTxn } from '../messages/add-offsets-to-txn.js';
import { addPartitionsToTxn } from '../messages/add-partitions-to-txn.js';
import { alterConfigs } from '../messages/alter-configs.js';
import { alterPartitionReassignments } from '../messages/alter-partition-reassignments.js';
import { alterUserScramCredentials } from '../messages/alter-user-scram-credentials.js';
import { apiVersions } from '../messages/api-versions.js';
import { createAcls } from '../messages/create-acls.js';
import { createPartitions } from '../messages/create-partitions.js';
import { createTopics } from '../messages/create-topics.js';
import { deleteAcls } from '../messages/delete-acls.js';
import { deleteGroups } from '../messages/delete-groups.js';
import { deleteRecords } from '../messages/delete-records.js';
import { deleteTopics } from '../messages/delete-topics.js';
import { describeAcls } from '../messages/describe-acls.js';
import { describeCluster } from '../messages/describe-cluster.js';
import { describeConfigs } from '../messages/describe-configs.js';
import { describeGroups } from '../messages/describe-groups.js';
import { describeLogDirs } from '../messages/describe-log-dirs.js';
import { describeProducers } from '../messages/describe-producers.js';
import { describeTransactions } from '../messages/describe-transactions.js';
import { describeUserScramCredentials } from '../messages/describe-user-scram-credentials.js';
import { electLeaders } from '../messages/elect-leaders.js';
import { endTxn } from '../messages/end-txn.js';
import { fetch } from '../messages/fetch.js';
import { findCoordinator } from '../messages/find-coordinator.js';
import { heartbeat } from '../messages/heartbeat.js';
import { incrementalAlterConfigs } from '../messages/incremental-alter-configs.js';
import { initProducerId } from '../messages/init-producer-id.js';
import { joinGroup } from '../messages/join-group.js';
import { leaveGroup } from '../messages/leave-group.js';
import { listGroups } from '../messages/list-groups.js';
import { listOffsets } from '../messages/list-offsets.js';
import { listPartitionReassignments } from '../messages/list-partition-reassignments.js';
import { listTransactions } from '../messages/list-transactions.js';
import { metadata } from '../messages/metadata.js';
import { offsetCommit } from '../messages/offset-commit.js';
import { offsetDelete } from '../messages/offset-delete.js';
import { offsetFetch } from '../messages/offset-fetch.js';
import { offsetForLeaderEpoch } from '../messages/offset-for-leader-epoch.js';
import { produce } from '../messages/produce.js';
import { saslAuthenticate } from '../messages/sasl-authenticate.js';
import { saslHandshake } from '../messages/sasl-handshake.js';
import { syncGroup } from '../messages/sync-group.js';
import { txnOffsetCommit } from '../messages/txn-offset-commit.js';
import type { ApiDefinition, ApiName } from '../schema/api-definition.js';

/** Every API this package speaks, by Kafka's name and in the order of the keys. */
export const apis = {
  Produce: produce,
  Fetch: fetch,
  ListOffsets: listOffsets,
  Metadata: metadata,
  OffsetCommit: offsetCommit,
  OffsetFetch: offsetFetch,
  FindCoordinator: findCoordinator,
  JoinGroup: joinGroup,
  Heartbeat: heartbeat,
  LeaveGroup: leaveGroup,
  SyncGroup: syncGroup,
  DescribeGroups: describeGroups,
  ListGroups: listGroups,
  SaslHandshake: saslHandshake,
  ApiVersions: apiVersions,
  CreateTopics: createTopics,
  DeleteTopics: deleteTopics,
  DeleteRecords: deleteRecords,
  InitProducerId: initProducerId,
  OffsetForLeaderEpoch: offsetForLeaderEpoch,
  AddPartitionsToTxn: addPartitionsToTxn,
  AddOffsetsToTxn: addOffsetsToTxn,
  EndTxn: endTxn,
  TxnOffsetCommit: txnOffsetCommit,
  DescribeAcls: describeAcls,
  CreateAcls: createAcls,
  DeleteAcls: deleteAcls,
  DescribeConfigs: describeConfigs,
  AlterConfigs: alterConfigs,
  DescribeLogDirs: describeLogDirs,
  SaslAuthenticate: saslAuthenticate,
  CreatePartitions: createPartitions,
  DeleteGroups: deleteGroups,
  ElectLeaders: electLeaders,
  IncrementalAlterConfigs: incrementalAlterConfigs,
  AlterPartitionReassignments: alterPartitionReassignments,
  ListPartitionReassignments: listPartitionReassignments,
  OffsetDelete: offsetDelete,
  DescribeUserScramCredentials: describeUserScramCredentials,
  AlterUserScramCredentials: alterUserScramCredentials,
  DescribeCluster: describeCluster,
  DescribeProducers: describeProducers,
  DescribeTransactions: describeTransactions,
  ListTransactions: listTransactions,
} as const satisfies { readonly [Name in ApiName]: ApiDefinition };

export type Apis = typeof apis;

const byKey: ReadonlyMap<number, ApiDefinition> = new Map(Object.values(apis).map((api) => [api.key, api]));

export function apiByKey(key: number): ApiDefinition | undefined {
  return byKey.get(key);
}
