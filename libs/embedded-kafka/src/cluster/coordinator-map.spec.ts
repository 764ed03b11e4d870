import { errorName } from 'kafka-wire';
import { beforeEach, describe, expect, it } from 'vitest';

import type { ManualClock } from '../time/spec-support/manual-clock.js';
import type { ClusterState } from './cluster-state.js';
import { CoordinatorMap, coordinatorPartition } from './coordinator-map.js';
import { clusterOnClock } from './spec-support/cluster-on-clock.js';

let clock: ManualClock;
let cluster: ClusterState;
let coordinators: CoordinatorMap;

beforeEach(() => {
  ({ clock, cluster } = clusterOnClock());
  coordinators = new CoordinatorMap(cluster, { partitions: 3, loadMs: 100 });
});

const check = (brokerId: number) => errorName(coordinators.check('group', 'billing', brokerId));
const owner = () => coordinators.nodeFor('group', 'billing')?.id;

describe('CoordinatorMap', () => {
  it('creates the internal topic for the first who asks', () => {
    expect([...cluster.topics]).toEqual([]);
    expect(owner()).toBe(cluster.partition('__consumer_offsets', coordinatorPartition('billing', 3))?.leader);
    coordinators.nodeFor('transaction', 'tx');
    expect([...cluster.topics].map(({ name }) => name)).toEqual(['__consumer_offsets', '__transaction_state']);
  });

  it('lets the leader alone serve a key, at once where nothing was written yet', () => {
    const leader = owner() ?? 0;
    expect(check(leader)).toBe('NONE');
    expect([1, 2, 3].filter((id) => id !== leader).map(check)).toEqual(['NOT_COORDINATOR', 'NOT_COORDINATOR']);
  });

  it('makes a new coordinator read the log first', () => {
    const before = owner() ?? 0;
    const after = (before % 3) + 1;
    coordinators.move('group', 'billing', after);
    expect([check(before), check(after)]).toEqual(['NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS']);
    clock.advance(99);
    expect(check(after)).toBe('COORDINATOR_LOAD_IN_PROGRESS');
    clock.advance(1);
    expect(check(after)).toBe('NONE');
  });

  it('finds another broker when the coordinator goes, and none when all are gone', () => {
    const before = owner() ?? 0;
    cluster.brokerDown(before);
    expect(owner()).not.toBe(before);
    for (const id of [1, 2, 3]) cluster.brokerDown(id);
    expect(owner()).toBeUndefined();
    expect(check(before)).toBe('NOT_COORDINATOR');
  });

  it.each([
    // From the JVM: Math.abs("…".hashCode()) % 50, and a hash that has no absolute value.
    ['billing', 50, 9],
    ['orders-1', 50, 49],
    ['polygenelubricants', 50, 0],
  ])('finds the partition of %s as Kafka does', (key, partitions, expected) => {
    expect(coordinatorPartition(key, partitions)).toBe(expected);
  });
});
