import { decodeRecordBatchHeaders, encodeRecordBatch, type RecordBatchHeader } from 'kafka-wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { LoadedCodecs } from '../log/loaded-codecs.js';
import { isRefusal } from '../log/refusal.js';
import { Random } from '../time/random.js';
import { ManualClock } from '../time/spec-support/manual-clock.js';
import { ClusterState } from './cluster-state.js';
import { LogCleaner } from './log-cleaner.js';
import type { Partition } from './partition.js';

const MEGABYTE = 1_048_576;
const MINUTE = 60_000;

let clock: ManualClock;
let cluster: ClusterState;
let cleaner: LogCleaner;

beforeEach(() => {
  clock = new ManualClock();
  const settings = {
    host: '',
    autoCreateTopics: false,
    defaultPartitions: 1,
    topicPropagationMs: 0,
    codecs: new LoadedCodecs(),
  };
  const nodes = [{ id: 1, port: 0, isUp: true, isFetching: true }];
  cluster = new ClusterState({ ...settings, defaultReplicationFactor: 1 }, nodes, clock, new Random(1));
  cleaner = new LogCleaner(cluster, { intervalMs: 5 * MINUTE, producerIdExpirationMs: 60 * MINUTE });
});

function partitionOf(configs: Record<string, string>): Partition {
  const request = { name: 'orders', partitions: 1, replicationFactor: 1, configs: new Map(Object.entries(configs)) };
  const plan = cluster.planTopic(request);
  if (isRefusal(plan)) throw new Error(plan.message);
  return cluster.addTopic('orders', plan).partitions[0] as Partition;
}

async function append(partition: Partition, baseSequence: number, value = 'x'): Promise<number> {
  const producer = { producerId: Buffer.alloc(8, 1), producerEpoch: 0, baseSequence };
  const bytes = await encodeRecordBatch({ records: [{ value, timestamp: clock.wallTime() }], producer });
  const [header] = decodeRecordBatchHeaders(bytes) as [RecordBatchHeader];
  const outcome = partition.append(bytes, header, clock.wallTime(), new Map());
  if (isRefusal(outcome)) return outcome.errorCode;
  cluster.replicate(partition);
  cluster.replication.appends.notify();
  return 0;
}

describe('LogCleaner', () => {
  it('rests while no log has anything, and after it was stopped', async () => {
    expect(clock.pendingTimers).toBe(0);
    await append(partitionOf({ 'retention.ms': '1' }), 0);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(5 * MINUTE);
    expect(clock.pendingTimers).toBe(1);
    // The producer is known for an hour.
    clock.advance(60 * MINUTE);
    expect(clock.pendingTimers).toBe(0);
    await append(cluster.partition('orders', 0) as Partition, 0);
    cleaner.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('deletes what is too old when it is time to look', async () => {
    const partition = partitionOf({ 'retention.ms': `${MINUTE}` });
    const { log } = partition;
    await append(partition, 0);
    clock.advance(4 * MINUTE);
    expect(log.startOffset).toBe(0);
    clock.advance(MINUTE);
    expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([1, 1, 0]);
  });

  it('keeps the memory of a partition flat under steady load', async () => {
    const partition = partitionOf({ 'segment.bytes': `${MEGABYTE}`, 'retention.bytes': `${2 * MEGABYTE}` });
    for (let sequence = 0; sequence < 60; sequence++) {
      await append(partition, sequence, 'v'.repeat(MEGABYTE / 4));
      clock.advance(5 * MINUTE);
      expect(partition.log.sizeBytes).toBeLessThan(3.5 * MEGABYTE);
    }
    expect([partition.log.endOffset, partition.log.batches.length < 16]).toEqual([60, true]);
  });

  it('forgets producers that have been silent for long, and no others', async () => {
    const partition = partitionOf({});
    await append(partition, 7);
    clock.advance(55 * MINUTE);
    expect(await append(partition, 99)).toBe(45);
    clock.advance(5 * MINUTE);
    expect(await append(partition, 99)).toBe(0);
  });
});
