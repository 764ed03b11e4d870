import { beforeEach, describe, expect, it } from 'vitest';

import type { ManualClock } from '../time/spec-support/manual-clock.js';
import type { ClusterState } from './cluster-state.js';
import type { Partition } from './partition.js';
import { setInSync } from './replica-controls.js';
import { addTopic, appendTo, clusterOnClock } from './spec-support/cluster-on-clock.js';

let clock: ManualClock;
let cluster: ClusterState;
let partition: Partition;

beforeEach(() => {
  ({ clock, cluster } = clusterOnClock(3, { brokerSessionTimeoutMs: 400 }));
  partition = addTopic(cluster, 'orders');
});

const PRODUCER = Buffer.from([0, 0, 0, 0, 0, 0, 0, 9]);
const append = (baseSequence: number) =>
  appendTo(cluster, partition, { producerId: PRODUCER, producerEpoch: 0, baseSequence });
const stateOf = ({ leader, leaderEpoch, inSync }: Partition) => ({ leader, leaderEpoch, inSync });

describe('leader election', () => {
  it('takes the first in-sync replica in the order of the assignment', () => {
    setInSync(cluster, 'orders', 0, [1, 3]);
    cluster.brokerDown(1);
    expect(stateOf(partition)).toEqual({ leader: 3, leaderEpoch: 1, inSync: [3] });
  });

  it('waits for a replica that has everything when none of those that are up has', async () => {
    setInSync(cluster, 'orders', 0, [1]);
    await append(0);
    cluster.brokerDown(1);
    expect(stateOf(partition)).toEqual({ leader: -1, leaderEpoch: 1, inSync: [] });
    expect(partition.eligibleLeaders).toEqual([1]);
    cluster.brokerUp(1);
    expect(stateOf(partition)).toEqual({ leader: 1, leaderEpoch: 2, inSync: [1] });
    expect([partition.eligibleLeaders, partition.log.endOffset]).toEqual([[], 1]);
  });

  it('may take a replica that left when the set was too small already: nothing became visible since (KIP-966)', async () => {
    partition = addTopic(cluster, 'strict', { 'min.insync.replicas': '2' });
    await append(0);
    cluster.brokerDown(3);
    cluster.brokerDown(2);
    await append(1);
    expect([partition.inSync, partition.eligibleLeaders]).toEqual([[1], [2]]);
    cluster.brokerDown(1);
    cluster.brokerUp(2);
    expect(stateOf(partition)).toEqual({ leader: 2, leaderEpoch: 2, inSync: [2] });
    expect(partition.log.endOffset).toBe(1);
  });

  it.each(['asked for', 'allowed by the topic'])(
    'loses what the new leader lacks when it is unclean and %s',
    async (how) => {
      await append(0);
      setInSync(cluster, 'orders', 0, [1]);
      await append(1);
      if (how !== 'asked for')
        cluster.topic('orders')?.reconfigure(new Map([['unclean.leader.election.enable', 'true']]));
      cluster.brokerDown(1);
      if (how === 'asked for') cluster.elections.elect('unclean', partition);
      expect(stateOf(partition)).toEqual({ leader: 2, leaderEpoch: 2 - Number(how !== 'asked for'), inSync: [2] });
      expect([partition.log.endOffset, partition.log.highWatermark]).toEqual([1, 1]);
      // The lost sequence is the next one again; the one before is known.
      expect((await append(0)).baseOffset).toBe(0);
      expect((await append(1)).baseOffset).toBe(1);
      cluster.brokerUp(1);
      expect(partition.log.endOffset).toBe(2);
    },
  );

  it('loses what only the old leader had, acknowledged with acks 1, also when it is clean', async () => {
    cluster.brokerPaused(2, true);
    cluster.brokerPaused(3, true);
    await append(0);
    expect(partition.log.highWatermark).toBe(0);
    cluster.brokerPaused(2, false);
    cluster.brokerPaused(2, true);
    await append(1);
    cluster.moveLeader('orders', 0, 2);
    expect(partition.log.endOffset).toBe(1);
  });

  it('fences a broker that is silent for its session, and takes it back when it speaks', () => {
    cluster.brokerPaused(1, true);
    clock.advance(399);
    expect(partition.leader).toBe(1);
    clock.advance(1);
    expect(stateOf(partition)).toEqual({ leader: 2, leaderEpoch: 1, inSync: [2, 3] });
    cluster.brokerPaused(1, false);
    expect(stateOf(partition)).toEqual({ leader: 2, leaderEpoch: 1, inSync: [1, 2, 3] });
    cluster.brokerPaused(1, true);
    cluster.brokerPaused(1, false);
    clock.advance(400);
    expect(partition.inSync).toEqual([1, 2, 3]);
  });

  it('gives the leadership back to the preferred replica when somebody asks', () => {
    expect(cluster.elections.elect('preferred', partition)).toBe('ELECTION_NOT_NEEDED');
    cluster.brokerDown(1);
    expect(cluster.elections.elect('preferred', partition)).toBe('PREFERRED_LEADER_NOT_AVAILABLE');
    cluster.brokerUp(1);
    expect(cluster.elections.elect('preferred', partition)).toBeUndefined();
    expect(partition.leader).toBe(1);
  });

  it('elects nobody uncleanly while there is a leader, or nobody up', () => {
    expect(cluster.elections.elect('unclean', partition)).toBe('ELECTION_NOT_NEEDED');
    for (const id of [1, 2, 3]) cluster.brokerDown(id);
    expect(cluster.elections.elect('unclean', partition)).toBe('ELIGIBLE_LEADERS_NOT_AVAILABLE');
  });
});
