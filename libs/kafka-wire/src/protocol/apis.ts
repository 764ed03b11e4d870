import { apiVersions } from '../messages/api-versions.js';
import { createPartitions } from '../messages/create-partitions.js';
import { createTopics } from '../messages/create-topics.js';
import { deleteGroups } from '../messages/delete-groups.js';
import { deleteTopics } from '../messages/delete-topics.js';
import { describeCluster } from '../messages/describe-cluster.js';
import { describeConfigs } from '../messages/describe-configs.js';
import { describeGroups } from '../messages/describe-groups.js';
import { fetch } from '../messages/fetch.js';
import { findCoordinator } from '../messages/find-coordinator.js';
import { heartbeat } from '../messages/heartbeat.js';
import { initProducerId } from '../messages/init-producer-id.js';
import { joinGroup } from '../messages/join-group.js';
import { leaveGroup } from '../messages/leave-group.js';
import { listGroups } from '../messages/list-groups.js';
import { listOffsets } from '../messages/list-offsets.js';
import { metadata } from '../messages/metadata.js';
import { offsetCommit } from '../messages/offset-commit.js';
import { offsetFetch } from '../messages/offset-fetch.js';
import { offsetForLeaderEpoch } from '../messages/offset-for-leader-epoch.js';
import { produce } from '../messages/produce.js';
import { saslAuthenticate } from '../messages/sasl-authenticate.js';
import { saslHandshake } from '../messages/sasl-handshake.js';
import { syncGroup } from '../messages/sync-group.js';
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
  InitProducerId: initProducerId,
  OffsetForLeaderEpoch: offsetForLeaderEpoch,
  DescribeConfigs: describeConfigs,
  SaslAuthenticate: saslAuthenticate,
  CreatePartitions: createPartitions,
  DeleteGroups: deleteGroups,
  DescribeCluster: describeCluster,
} as const satisfies { readonly [Name in ApiName]: ApiDefinition };

export type Apis = typeof apis;

const byKey: ReadonlyMap<number, ApiDefinition> = new Map(Object.values(apis).map((api) => [api.key, api]));

export function apiByKey(key: number): ApiDefinition | undefined {
  return byKey.get(key);
}
