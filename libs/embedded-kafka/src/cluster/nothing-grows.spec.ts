import { describe, expect, it } from 'vitest';
import { GroupCoordinator } from '../groups/group-coordinator.js';
import { addTopic, appendTo, clusterOnClock } from './spec-support/cluster-on-clock.js';
import { LogCleaner, type Expiring } from './log-cleaner.js';

const DAY_MS = 86_400_000;
const PRODUCER = Buffer.alloc(8, 7);
const GROUP_SETTINGS = { initialRebalanceDelayMs: 0, minSessionTimeoutMs: 1, maxSessionTimeoutMs: 60_000, maxSize: 10 };

const cleaner = (cluster: Parameters<typeof appendTo>[0], others: readonly Expiring[] = []) =>
  new LogCleaner(cluster, { intervalMs: 300_000, producerIdExpirationMs: DAY_MS }, others);
const IDEMPOTENT = { producerId: PRODUCER, producerEpoch: 0, baseSequence: 0 };

describe('what a cluster remembers', () => {
  it('of aborted transactions goes with their records', async () => {
    const { cluster } = clusterOnClock();
    const partition = addTopic(cluster, 'orders');
    const { transactions } = partition.producers;
    await appendTo(cluster, partition, IDEMPOTENT);
    transactions.begin(PRODUCER, 0);
    partition.endTransaction({ producerId: PRODUCER, epoch: 0, committed: false, coordinatorEpoch: 0 }, 0);
    await appendTo(cluster, partition);
    expect(transactions.abortedBetween(0, 3)).toHaveLength(1);
    partition.deleteRecords(2);
    expect(transactions.abortedBetween(0, 3)).toEqual([]);
  });

  it('of producers that asked to write and never did goes as that of those that wrote', () => {
    const { clock, cluster } = clusterOnClock();
    const { producers } = addTopic(cluster, 'orders');
    const header = { producerId: PRODUCER, producerEpoch: 0, baseSequence: 5 } as never;
    producers.verifications.begin(header, true, clock.wallTime());
    clock.advance(DAY_MS - 1);
    cleaner(cluster).clean();
    expect(producers.isEmpty).toBe(false);
    clock.advance(1);
    cleaner(cluster).clean();
    expect(producers.isEmpty).toBe(true);
  });

  it('of offsets in the log is nothing: markers of internal topics are swept away', () => {
    const { cluster } = clusterOnClock();
    const partition = addTopic(cluster, '__consumer_offsets');
    partition.endTransaction({ producerId: PRODUCER, epoch: 0, committed: true, coordinatorEpoch: 0 }, 0);
    cleaner(cluster).clean();
    expect(partition.log.batches).toHaveLength(1);
    cluster.replicate(partition);
    cleaner(cluster).clean();
    expect([partition.log.batches.length, partition.log.endOffset]).toEqual([0, 1]);
  });

  it('of groups goes when nobody is in them: at once without offsets, else seven days after the last commit', () => {
    const { clock, cluster } = clusterOnClock();
    const groups = new GroupCoordinator(cluster, GROUP_SETTINGS);
    groups.groupForWriting('empty');
    const { offsets } = groups.groupForWriting('kept');
    clock.advance(DAY_MS);
    offsets.commit('orders', 0, { offset: 1, leaderEpoch: 0, metadata: '' });
    const clean = () => cleaner(cluster, [groups]).clean();
    const names = () => [...groups.groups].map(({ id }) => id);
    clean();
    expect(names()).toEqual(['kept']);
    clock.advance(7 * DAY_MS - 1);
    clean();
    expect(names()).toEqual(['kept']);
    clock.advance(1);
    clean();
    expect(names()).toEqual([]);
  });

  it('of a group stays while a transaction may still commit offsets of it', () => {
    const { cluster } = clusterOnClock();
    const groups = new GroupCoordinator(cluster, GROUP_SETTINGS);
    const { offsets } = groups.groupForWriting('pending');
    offsets.commitPending(PRODUCER, 'orders', 0, { offset: 1, leaderEpoch: 0, metadata: '' });
    groups.expire();
    expect([...groups.groups]).toHaveLength(1);
    offsets.endTransaction(PRODUCER, false);
    groups.expire();
    expect([...groups.groups]).toEqual([]);
  });
});
