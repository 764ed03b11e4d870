import { beforeEach, describe, expect, it } from 'vitest';

import type { ManualClock } from '../time/spec-support/manual-clock.js';
import type { ClusterState } from './cluster-state.js';
import type { Partition } from './partition.js';
import { lagFollower, setInSync } from './replica-controls.js';
import { addTopic, appendTo, clusterOnClock } from './spec-support/cluster-on-clock.js';

let clock: ManualClock;
let cluster: ClusterState;
let partition: Partition;

beforeEach(() => {
  ({ clock, cluster } = clusterOnClock(3, { replicaLagTimeMaxMs: 1000, brokerSessionTimeoutMs: 400 }));
  partition = addTopic(cluster, 'orders');
});

const append = () => appendTo(cluster, partition);
const highWatermark = () => partition.log.highWatermark;

describe('replication', () => {
  it('is there at once, and leaves no timer, while every follower fetches', async () => {
    await append();
    expect([highWatermark(), clock.pendingTimers]).toEqual([1, 0]);
  });

  it('makes the high watermark wait for the slowest in-sync follower', async () => {
    lagFollower(cluster, 'orders', 0, 2, 50);
    lagFollower(cluster, 'orders', 0, 3, 80);
    await append();
    clock.advance(79);
    expect(highWatermark()).toBe(0);
    clock.advance(1);
    expect([highWatermark(), clock.pendingTimers]).toEqual([1, 0]);
  });

  it('brings what was appended during a fetch with the next one', async () => {
    lagFollower(cluster, 'orders', 0, 2, 50);
    await append();
    clock.advance(20);
    await append();
    clock.advance(30);
    expect(highWatermark()).toBe(1);
    clock.advance(50);
    expect(highWatermark()).toBe(2);
  });

  it('keeps a follower that is late, and drops one that has not caught up for too long', async () => {
    lagFollower(cluster, 'orders', 0, 2, 900);
    lagFollower(cluster, 'orders', 0, 3, 'stopped');
    await append();
    clock.advance(999);
    expect([partition.inSync, highWatermark()]).toEqual([[1, 2, 3], 0]);
    clock.advance(1);
    expect([partition.inSync, highWatermark()]).toEqual([[1, 2], 1]);
  });

  it('never drops a follower that lacks nothing', async () => {
    cluster.brokerPaused(3, true);
    clock.advance(300);
    cluster.brokerPaused(3, false);
    lagFollower(cluster, 'orders', 0, 3, 'stopped');
    clock.advance(60_000);
    expect(partition.inSync).toEqual([1, 2, 3]);
  });

  it('takes a follower back when it has caught up', async () => {
    lagFollower(cluster, 'orders', 0, 3, 'stopped');
    await append();
    clock.advance(1000);
    lagFollower(cluster, 'orders', 0, 3, 200);
    clock.advance(199);
    expect(partition.inSync).toEqual([1, 2]);
    clock.advance(1);
    expect([partition.inSync, clock.pendingTimers]).toEqual([[1, 2, 3], 0]);
  });

  it('is as late as the broker for all it follows', async () => {
    cluster.replication.lagBroker(2, 70);
    await append();
    clock.advance(69);
    expect(highWatermark()).toBe(0);
    clock.advance(1);
    expect(highWatermark()).toBe(1);
  });

  it('stops where a follower does not reach its leader, and goes on when it does', async () => {
    cluster.replication.canReplicate = (_leader, follower) => follower !== 3;
    await append();
    expect(highWatermark()).toBe(0);
    cluster.replication.canReplicate = () => true;
    cluster.replicateAll();
    expect(highWatermark()).toBe(1);
  });

  it('stands still while the in-sync set is too small, and goes on when the setting is lowered', async () => {
    partition = addTopic(cluster, 'strict', { 'min.insync.replicas': '2' });
    setInSync(cluster, 'strict', 0, [1]);
    await append();
    expect([partition.isUnderMinInSync, highWatermark()]).toEqual([true, 0]);
    cluster.topic('strict')?.reconfigure(new Map());
    cluster.replicate(partition);
    expect(highWatermark()).toBe(1);
  });

  it('is what a test says: outside the set nobody fetches until they are named again', async () => {
    setInSync(cluster, 'orders', 0, [1, 3]);
    await append();
    expect([partition.inSync, highWatermark(), partition.replica(2)?.logEndOffset]).toEqual([[1, 3], 1, 0]);
    setInSync(cluster, 'orders', 0, [1, 2, 3]);
    expect([partition.inSync, partition.replica(2)?.logEndOffset]).toEqual([[1, 2, 3], 1]);
    expect(() => setInSync(cluster, 'orders', 0, [2])).toThrow('broker 1, is always in sync');
    expect(() => setInSync(cluster, 'orders', 0, [1, 7])).toThrow('brokers 7 cannot be in sync');
    expect(() => lagFollower(cluster, 'orders', 0, 7, 0)).toThrow('broker 7 has no replica');
  });

  it('leaves no timer when the cluster is closed', async () => {
    lagFollower(cluster, 'orders', 0, 2, 50);
    cluster.brokerPaused(3, true);
    await append();
    expect(clock.pendingTimers).toBeGreaterThan(0);
    cluster.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
