import { apis, type ErrorName } from 'kafka-wire';
import type { Access } from '../security/access.js';
import { accessOfFetchedOffsets } from './access-of-fetched-offsets.js';
import { accessRule, part, type AccessRule } from './access-rule.js';

const COORDINATOR_OF = { group: 0, transaction: 1 } as const;
const COORDINATORS_IN_BATCHES_SINCE_VERSION = 4;

const onGroup =
  (operation: 'read' | 'describe' | 'delete') =>
  (groupId: string, access: Access): ErrorName | undefined =>
    access.may(operation, 'group', groupId) ? undefined : 'GROUP_AUTHORIZATION_FAILED';

/** What members and committers need. */
const readsGroup = ({ groupId }: { readonly groupId: string }, access: Access): ErrorName | undefined =>
  onGroup('read')(groupId, access);

const readsTopic = ({ name }: { readonly name: string }, access: Access): ErrorName | undefined =>
  access.may('read', 'topic', name) ? undefined : 'TOPIC_AUTHORIZATION_FAILED';

function findsCoordinator(key: string, keyType: number, access: Access): ErrorName | undefined {
  if (keyType === COORDINATOR_OF.group) return onGroup('describe')(key, access);
  if (keyType !== COORDINATOR_OF.transaction || access.may('describe', 'transactionalId', key)) return undefined;
  return 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED';
}

/** Rights to groups and to their offsets. */
export const accessOfGroups: readonly AccessRule[] = [
  accessRule(apis.FindCoordinator, {
    whole: ({ key, keyType }, access, { apiVersion }) =>
      apiVersion < COORDINATORS_IN_BATCHES_SINCE_VERSION ? findsCoordinator(key, keyType, access) : undefined,
    parts: [
      part(apis.FindCoordinator, 'coordinatorKeys', 'coordinators', (key, access, _context, { keyType }) =>
        findsCoordinator(key, keyType, access),
      ),
    ],
  }),
  accessRule(apis.JoinGroup, { whole: readsGroup }),
  accessRule(apis.SyncGroup, { whole: readsGroup }),
  accessRule(apis.Heartbeat, { whole: readsGroup }),
  accessRule(apis.LeaveGroup, { whole: readsGroup }),
  accessRule(apis.OffsetCommit, {
    whole: readsGroup,
    parts: [part(apis.OffsetCommit, 'topics', 'topics', readsTopic)],
  }),
  accessOfFetchedOffsets,
  accessRule(apis.OffsetDelete, {
    whole: ({ groupId }, access) => onGroup('delete')(groupId, access),
    parts: [part(apis.OffsetDelete, 'topics', 'topics', readsTopic)],
  }),
  accessRule(apis.DeleteGroups, {
    parts: [part(apis.DeleteGroups, 'groupsNames', 'results', onGroup('delete'))],
  }),
  accessRule(apis.DescribeGroups, {
    parts: [part(apis.DescribeGroups, 'groups', 'groups', onGroup('describe'))],
    answer: (response, access, { includeAuthorizedOperations }) =>
      includeAuthorizedOperations
        ? {
            ...response,
            groups: response.groups?.map((group) =>
              (group.errorCode ?? 0) === 0
                ? { ...group, authorizedOperations: access.operationsOn('group', group.groupId ?? '') }
                : group,
            ),
          }
        : response,
  }),
  /** Groups that may not be seen are left out, unless the whole cluster may be seen. */
  accessRule(apis.ListGroups, {
    answer: (response, access) =>
      access.mayOnCluster('describe')
        ? response
        : {
            ...response,
            groups: response.groups?.filter(({ groupId }) => access.may('describe', 'group', groupId ?? '')),
          },
  }),
];
