import { errorName } from 'kafka-wire';
import { beforeEach, describe, expect, it } from 'vitest';

import type { ClusterState } from '../cluster/cluster-state.js';
import { CoordinatorMap } from '../cluster/coordinator-map.js';
import { clusterOnClock } from '../cluster/spec-support/cluster-on-clock.js';
import { isRefusal } from '../log/refusal.js';
import type { ManualClock } from '../time/spec-support/manual-clock.js';
import { MarkerWriter } from './marker-writer.js';
import { TransactionCoordinator } from './transaction-coordinator.js';

const SETTINGS = { maxTimeoutMs: 900_000, abortIntervalMs: 10_000, idExpirationMs: 60_000, roundTripMs: 0 };
const TOPIC = 'orders';

let clock: ManualClock;
let cluster: ClusterState;
let coordinator: TransactionCoordinator;

beforeEach(() => {
  ({ clock, cluster } = clusterOnClock(3, { defaultReplicationFactor: 1 }));
  const plan = cluster.planTopic({ name: TOPIC, partitions: 2, replicationFactor: 1, configs: new Map() });
  if (isRefusal(plan)) throw new Error(plan.message);
  cluster.addTopic(TOPIC, plan, 0);
  coordinator = new TransactionCoordinator(
    new CoordinatorMap(cluster),
    SETTINGS,
    new MarkerWriter(cluster, 5, () => {}),
    2,
  );
});

function init(timeoutMs = 60_000) {
  const answer = coordinator.init({ transactionalId: 'tx', timeoutMs, held: undefined });
  return { transactionalId: 'tx', producerId: answer.producerId, epoch: answer.producerEpoch };
}

const add = (producer: ReturnType<typeof init>, ...partitions: number[]) =>
  errorName(
    coordinator.add(
      producer,
      partitions.map((partition) => ({ topic: TOPIC, partition })),
    ),
  );
const commit = ({ producerId, epoch }: ReturnType<typeof init>) =>
  errorName(coordinator.end('tx', { producerId, epoch, committed: true }, 2).errorCode);
const state = () => `${coordinator.find('tx')?.state}@${coordinator.find('tx')?.epoch}`;
const ends = () => [0, 1].map((index) => cluster.partition(TOPIC, index)?.log.endOffset);

describe('TransactionCoordinator', () => {
  it('completes a transaction when the last of its markers is written', () => {
    const producer = init();
    expect(add(producer, 0, 1)).toBe('NONE');
    expect(commit(producer)).toBe('NONE');
    expect([state(), ends()]).toEqual(['PrepareCommit@1', [0, 0]]);
    clock.advance(5);
    expect([state(), ends()]).toEqual(['CompleteCommit@1', [1, 1]]);
  });

  it('keeps markers back when told to, and writes them when they are released', () => {
    coordinator.markers.hold();
    const producer = init();
    add(producer, 0);
    commit(producer);
    clock.advance(60_000);
    expect([state(), commit(producer)]).toEqual(['PrepareCommit@1', 'CONCURRENT_TRANSACTIONS']);
    coordinator.markers.release();
    expect(state()).toBe('CompleteCommit@1');
  });

  it('waits for a leader, and not for a topic that is gone', () => {
    const producer = init();
    add(producer, 0, 1);
    for (const index of [0, 1]) cluster.partition(TOPIC, index)?.elect(-1);
    commit(producer);
    clock.advance(1_000);
    expect(state()).toBe('PrepareCommit@1');
    cluster.partition(TOPIC, 0)?.elect(1);
    expect([state(), ends()]).toEqual(['PrepareCommit@1', [1, 0]]);
    cluster.deleteTopic(TOPIC);
    expect(state()).toBe('CompleteCommit@1');
  });

  it('aborts what takes too long when it looks, not before', () => {
    const producer = init(1_000);
    add(producer, 0);
    clock.advance(9_999);
    expect(state()).toBe('Ongoing@0');
    clock.advance(10);
    expect(state()).toBe('CompleteAbort@1');
    expect(clock.pendingTimers).toBe(0);
  });

  it('forgets an id that nobody uses, and starts it again with another producer id', () => {
    const producer = init();
    clock.advance(SETTINGS.idExpirationMs - 1);
    expect(state()).toBe('Empty@0');
    clock.advance(1);
    expect(coordinator.find('tx')).toBeUndefined();
    expect(add(producer, 0)).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(init()).toMatchObject({ epoch: 0, producerId: Buffer.from('0000000000000001', 'hex') });
  });

  it('leaves no timer behind', () => {
    const producer = init();
    add(producer, 0);
    commit(producer);
    coordinator.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
