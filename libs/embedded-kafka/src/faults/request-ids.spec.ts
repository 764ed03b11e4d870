import { describe, expect, it } from 'vitest';

import { namesId, type IdKind } from './request-ids.js';

describe('namesId', () => {
  it.each<[string, IdKind, unknown]>([
    ['EndTxn', 'transactionalId', { transactionalId: 'it' }],
    ['AddPartitionsToTxn version 3', 'transactionalId', { transactions: [], v3AndBelowTransactionalId: 'it' }],
    ['AddPartitionsToTxn version 4', 'transactionalId', { transactions: [{ transactionalId: 'it', topics: [] }] }],
    ['DescribeTransactions', 'transactionalId', { transactionalIds: ['other', 'it'] }],
    ['FindCoordinator version 3', 'transactionalId', { key: 'it', keyType: 1 }],
    ['FindCoordinator version 4', 'groupId', { key: '', keyType: 0, coordinatorKeys: ['it'] }],
    ['TxnOffsetCommit', 'groupId', { transactionalId: 'other', groupId: 'it' }],
    ['OffsetFetch version 8', 'groupId', { groupId: '', groups: [{ groupId: 'it', topics: [] }] }],
    ['DescribeGroups', 'groupId', { groups: ['it'] }],
    ['DeleteGroups', 'groupId', { groupsNames: ['it'] }],
  ])('finds the id in %s', (_api, kind, body) => {
    expect(namesId(body, kind, 'it')).toBe(true);
    expect(namesId(body, kind, 'another')).toBe(false);
    expect(namesId(body, kind === 'groupId' ? 'transactionalId' : 'groupId', 'it')).toBe(false);
  });
});
