import { decodeRecordBatchHeaders, encodeRecordBatch, NO_PRODUCER_ID, type RecordBatchHeader } from 'kafka-wire';
import { beforeEach, describe, expect, it } from 'vitest';

import { isRefusal } from '../log/refusal.js';
import type { ManualClock } from '../time/spec-support/manual-clock.js';
import type { ClusterState } from './cluster-state.js';
import type { Partition } from './partition.js';
import { clusterOnClock } from './spec-support/cluster-on-clock.js';

let clock: ManualClock;
let cluster: ClusterState;

beforeEach(() => {
  cluster = clusterOf(3);
});

/** On the clock of the test from now on. */
function clusterOf(brokers: number, topicPropagationMs = 0): ClusterState {
  const made = clusterOnClock(brokers, { topicPropagationMs });
  clock = made.clock;
  return made.cluster;
}

function addTopic(name: string, partitions = 3, configs: Record<string, string> = {}): Partition {
  const plan = cluster.planTopic({
    name,
    partitions,
    replicationFactor: -1,
    configs: new Map(Object.entries(configs)),
  });
  if (isRefusal(plan)) throw new Error(plan.message);
  cluster.addTopic(name, plan);
  return cluster.partition(name, 0) as Partition;
}

async function append(partition: Partition): Promise<void> {
  const bytes = await encodeRecordBatch({
    records: [{ value: 'x', timestamp: clock.wallTime() }],
    producer: { producerId: NO_PRODUCER_ID, producerEpoch: -1, baseSequence: -1 },
  });
  const [header] = decodeRecordBatchHeaders(bytes);
  expect(isRefusal(partition.append(bytes, header as RecordBatchHeader, clock.wallTime(), new Map()))).toBe(false);
  cluster.replicate(partition);
}

const stateOf = ({ leader, leaderEpoch, inSync }: Partition) => ({ leader, leaderEpoch, inSync });

describe('ClusterState', () => {
  it('spreads leaders and replicas over the brokers', () => {
    addTopic('orders', 4);
    expect(cluster.topic('orders')?.partitions.map(({ replicas }) => replicas)).toEqual([
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
      [1, 2, 3],
    ]);
  });

  it('elects an in-sync replica when a leader goes, and counts the election', () => {
    const partition = addTopic('orders');
    cluster.brokerDown(1);
    expect(stateOf(partition)).toEqual({ leader: 2, leaderEpoch: 1, inSync: [2, 3] });
    cluster.brokerUp(1);
    expect(stateOf(partition)).toEqual({ leader: 2, leaderEpoch: 1, inSync: [1, 2, 3] });
  });

  it('moves a leader to an in-sync replica only', () => {
    const partition = addTopic('orders');
    cluster.moveLeader('orders', 0, 3);
    expect(partition.leader).toBe(3);
    cluster.brokerDown(2);
    expect(() => cluster.moveLeader('orders', 0, 2)).toThrow('replicas that are up are 1, 3');
    expect(() => cluster.moveLeader('orders', 9, 1)).toThrow('orders-9');
  });

  it('holds the high watermark while a follower is paused', async () => {
    const partition = addTopic('orders');
    cluster.brokerPaused(2, true);
    await append(partition);
    expect(partition.log.highWatermark).toBe(0);
    cluster.brokerPaused(2, false);
    expect(partition.log.highWatermark).toBe(1);
  });

  it('holds the high watermark while too few replicas are in sync', async () => {
    const partition = addTopic('orders', 1, { 'min.insync.replicas': '2' });
    cluster.brokerDown(2);
    cluster.brokerDown(3);
    await append(partition);
    expect([partition.isUnderMinInSync, partition.log.highWatermark]).toEqual([true, 0]);
    cluster.brokerUp(2);
    expect(partition.log.highWatermark).toBe(1);
  });

  it('holds min.insync.replicas against the replicas there are', () => {
    cluster = clusterOf(1);
    expect(addTopic('orders', 1, { 'min.insync.replicas': '2' }).isUnderMinInSync).toBe(false);
  });

  it('places replicas on brokers that are down when the others do not suffice', () => {
    cluster.brokerDown(1);
    const partition = addTopic('orders', 2);
    expect(cluster.topic('orders')?.partitions.map(({ replicas }) => replicas)).toEqual([
      [2, 3, 1],
      [3, 2, 1],
    ]);
    expect(stateOf(partition)).toEqual({ leader: 2, leaderEpoch: 0, inSync: [2, 3] });
    cluster.brokerUp(1);
    expect(partition.inSync).toEqual([2, 3, 1]);
  });

  it.each([
    ['', 1, 1, {}, 'empty'],
    ['a/b', 1, 1, {}, 'characters'],
    ['orders', 0, 1, {}, 'partitions must be above 0'],
    ['orders', 1, 4, {}, 'a replication factor of 4'],
    ['orders', 1, 1, { 'no.such': '1' }, 'unknown topic config name: no.such'],
    ['orders', 1, 1, { 'max.message.bytes': 'many' }, 'invalid value many'],
  ])('refuses topic "%s" with %i partitions, factor %i and %j', (name, partitions, replicationFactor, configs, why) => {
    const plan = cluster.planTopic({ name, partitions, replicationFactor, configs: new Map(Object.entries(configs)) });
    expect(isRefusal(plan) && plan.message).toContain(why);
  });
});
