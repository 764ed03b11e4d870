import { apis } from 'kafka-wire';

import { DENIED, group, guarded, offsets, topic, transaction, type GuardedRequest } from './guarded-request.js';

const SESSION = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, protocolType: 'consumer' };
const PROTOCOLS = [{ name: 'range', metadata: Buffer.from('x') }];
const asked = (...names: string[]) => names.map((name) => ({ name, partitionIndexes: [0] }));

/** Requests about groups and their offsets. */
export const GUARDED_GROUPS: Readonly<Record<string, GuardedRequest>> = {
  'finding a coordinator': guarded(
    apis.FindCoordinator,
    3,
    { key: 'readers' },
    [['describe', group('readers')]],
    [DENIED.group],
  ),
  'finding coordinators of transactions': guarded(
    apis.FindCoordinator,
    4,
    { keyType: 1, coordinatorKeys: ['tx', 'other'] },
    [
      ['describe', transaction],
      ['describe', { ...transaction, name: 'other' }],
    ],
    [DENIED.transaction, DENIED.transaction],
  ),
  joining: guarded(
    apis.JoinGroup,
    5,
    { groupId: 'readers', ...SESSION, protocols: PROTOCOLS },
    [['read', group('readers')]],
    [DENIED.group],
  ),
  syncing: guarded(
    apis.SyncGroup,
    3,
    { groupId: 'readers', memberId: 'x' },
    [['read', group('readers')]],
    [DENIED.group],
  ),
  'a heartbeat': guarded(
    apis.Heartbeat,
    3,
    { groupId: 'readers', memberId: 'x' },
    [['read', group('readers')]],
    [DENIED.group],
  ),
  leaving: guarded(
    apis.LeaveGroup,
    3,
    { groupId: 'readers', members: [{ memberId: 'x' }] },
    [['read', group('readers')]],
    [DENIED.group],
  ),
  'committing an offset': guarded(
    apis.OffsetCommit,
    7,
    { groupId: 'readers', topics: offsets('orders') },
    [['read', group('readers')]],
    [DENIED.group],
    [DENIED.topic],
  ),
  'reading offsets': guarded(
    apis.OffsetFetch,
    7,
    { groupId: 'readers', topics: asked('orders') },
    [
      ['describe', group('readers')],
      ['describe', topic('orders')],
    ],
    [DENIED.group],
  ),
  'reading offsets of a topic': guarded(
    apis.OffsetFetch,
    8,
    {
      groups: [
        { groupId: 'readers', topics: asked('orders') },
        { groupId: 'others', topics: asked('orders') },
      ],
    },
    [['describe', group('readers')]],
    [DENIED.group, DENIED.group],
    [DENIED.group, DENIED.topic],
  ),
  'deleting offsets': guarded(
    apis.OffsetDelete,
    0,
    { groupId: 'readers', topics: [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }] },
    [
      ['delete', group('readers')],
      ['read', topic('orders')],
    ],
    [DENIED.group],
  ),
  'describing groups': guarded(
    apis.DescribeGroups,
    4,
    { groups: ['readers'] },
    [['describe', group('readers')]],
    [DENIED.group],
  ),
  'deleting groups': guarded(
    apis.DeleteGroups,
    1,
    { groupsNames: ['readers'] },
    [['delete', group('readers')]],
    [DENIED.group],
  ),
};
