import { apis, type ErrorName } from 'kafka-wire';
import type { Access } from '../security/access.js';
import type { AclOperation } from '../security/acl.js';
import { accessRule, part, type AccessRule } from './access-rule.js';

interface ConfiguredResource {
  readonly resourceType: number;
  readonly resourceName: string;
}

const CONFIGURED = { topic: 2, group: 32 } as const;

/** Refuses the whole request of who lacks a right on the cluster. */
const onCluster = (operation: AclOperation) => ({
  whole: (_request: unknown, access: Access): ErrorName | undefined =>
    access.mayOnCluster(operation) ? undefined : 'CLUSTER_AUTHORIZATION_FAILED',
});

const configures =
  (operation: 'describeConfigs' | 'alterConfigs') =>
  ({ resourceType, resourceName }: ConfiguredResource, access: Access): ErrorName | undefined => {
    switch (resourceType) {
      case CONFIGURED.topic:
        return access.may(operation, 'topic', resourceName) ? undefined : 'TOPIC_AUTHORIZATION_FAILED';
      case CONFIGURED.group:
        return access.may(operation, 'group', resourceName) ? undefined : 'GROUP_AUTHORIZATION_FAILED';
      default:
        return access.mayOnCluster(operation) ? undefined : 'CLUSTER_AUTHORIZATION_FAILED';
    }
  };

/** Rights to the cluster, to configurations, and to who has which rights. */
export const accessOfCluster: readonly AccessRule[] = [
  accessRule(apis.DescribeCluster, {
    answer: (response, access, { includeClusterAuthorizedOperations }) =>
      includeClusterAuthorizedOperations
        ? { ...response, clusterAuthorizedOperations: access.operationsOnCluster }
        : response,
  }),
  accessRule(apis.DescribeConfigs, {
    parts: [part(apis.DescribeConfigs, 'resources', 'results', configures('describeConfigs'))],
  }),
  accessRule(apis.AlterConfigs, {
    parts: [part(apis.AlterConfigs, 'resources', 'responses', configures('alterConfigs'))],
  }),
  accessRule(apis.IncrementalAlterConfigs, {
    parts: [part(apis.IncrementalAlterConfigs, 'resources', 'responses', configures('alterConfigs'))],
  }),
  accessRule(apis.DescribeLogDirs, onCluster('describe')),
  accessRule(apis.ListPartitionReassignments, onCluster('describe')),
  accessRule(apis.AlterPartitionReassignments, onCluster('alter')),
  accessRule(apis.ElectLeaders, onCluster('alter')),
  accessRule(apis.DescribeAcls, onCluster('describe')),
  accessRule(apis.CreateAcls, onCluster('alter')),
  accessRule(apis.DeleteAcls, onCluster('alter')),
  accessRule(apis.DescribeUserScramCredentials, onCluster('describe')),
  accessRule(apis.AlterUserScramCredentials, onCluster('alter')),
];
