import { SizedRecord } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { PartitionQueue } from '../accumulator/partition-queue.js';
import type { ProducerBatch } from '../accumulator/producer-batch.js';
import { PartitionFlight } from './partition-flight.js';
import { NO_IDENTITY, type ProducerIdentity } from './producer-identity.js';

const IDENTITY: ProducerIdentity = { producerId: Buffer.alloc(8, 1), epoch: 0 };
const NEXT_EPOCH: ProducerIdentity = { producerId: IDENTITY.producerId, epoch: 1 };
const OTHER_PRODUCER: ProducerIdentity = { producerId: Buffer.alloc(8, 2), epoch: 0 };
const NODE = 1;
const RECORD = new SizedRecord(null, 'v', 0);

class Partition {
  readonly queue = new PartitionQueue('t', 0);
  readonly flight: PartitionFlight;

  constructor(maxInFlight = 5) {
    this.flight = new PartitionFlight(this.queue, maxInFlight);
  }

  /** A sealed batch at the head of an otherwise empty queue. */
  batch(recordCount = 1): ProducerBatch {
    const batch = this.queue.open(0, 1024);
    for (let i = 0; i < recordCount; i++) {
      batch.append(
        RECORD,
        () => {},
        () => {},
      );
    }
    batch.seal();
    batch.encode();
    return batch;
  }

  launch(batch: ProducerBatch, identity = IDENTITY): ProducerBatch {
    this.queue.remove(batch);
    this.flight.launch(batch, identity, NODE, 0);
    batch.become('in-flight');
    return batch;
  }

  /** One batch was acknowledged: the broker knows the producer. */
  static known(maxInFlight = 5): Partition {
    const partition = new Partition(maxInFlight);
    partition.flight.land(partition.launch(partition.batch()));
    partition.flight.confirm(0);
    return partition;
  }
}

/** A batch that only counts: building one of two thousand million records would take too long. */
function batchOf(recordCount: number): ProducerBatch {
  return { recordCount, stamp: undefined } as ProducerBatch;
}

describe('the flight of a partition', () => {
  it('numbers batches by their records', () => {
    const partition = new Partition();
    const sequences = [3, 1, 2].map((count) => partition.launch(partition.batch(count)).stamp?.baseSequence);
    expect(sequences).toEqual([0, 3, 4]);
  });

  it.each([
    { first: 2 ** 31 - 1, next: 1, sequences: [0, 2 ** 31 - 1, 0] },
    { first: 2 ** 31 - 3, next: 5, sequences: [0, 2 ** 31 - 3, 2] },
    { first: 2 ** 31 - 2, next: 1, sequences: [0, 2 ** 31 - 2, 2 ** 31 - 1] },
  ])('goes on at 0 after 2^31 - 1: $first records, then $next', ({ first, next, sequences }) => {
    const { flight } = new Partition();
    const batches = [batchOf(first), batchOf(next), batchOf(1)];
    for (const batch of batches) flight.launch(batch, IDENTITY, NODE, 0);
    expect(batches.map(({ stamp }) => stamp?.baseSequence)).toEqual(sequences);
  });

  it('never stamps a batch twice', () => {
    const partition = Partition.known();
    const batch = partition.launch(partition.batch());
    const { stamp } = batch;
    partition.flight.land(batch);
    expect(partition.flight.launch(batch, NEXT_EPOCH, NODE, 0)).toBe(false);
    expect(batch.stamp).toBe(stamp);
  });

  it.each([
    [60_000, true],
    [60_001, false],
  ])('lets a second batch go along with the first after a rest of %i ms: %s', (restMs, mayGo) => {
    const partition = Partition.known();
    partition.flight.launch(partition.batch(), IDENTITY, NODE, restMs);
    expect(partition.flight.mayLaunch(partition.batch(), NODE)).toBe(mayGo);
  });

  it('writes no sequence without an identity', () => {
    const partition = new Partition();
    expect(partition.launch(partition.batch(), NO_IDENTITY).stamp).toMatchObject({
      producerEpoch: -1,
      baseSequence: -1,
    });
  });

  it('starts at 0 under every other identity', () => {
    const partition = Partition.known();
    for (const identity of [NEXT_EPOCH, OTHER_PRODUCER]) {
      const batch = partition.launch(partition.batch(2), identity);
      expect(batch.stamp).toMatchObject({ producerEpoch: identity.epoch, baseSequence: 0 });
      partition.flight.land(batch);
    }
  });

  it.each([1, 3, 5])('lets %i batches go before one is answered', (maxInFlight) => {
    const partition = Partition.known(maxInFlight);
    for (let i = 0; i < maxInFlight; i++) {
      const batch = partition.batch();
      expect(partition.flight.mayLaunch(batch, NODE)).toBe(true);
      partition.launch(batch);
    }
    expect(partition.flight.mayLaunch(partition.batch(), NODE)).toBe(false);
  });

  it.each([
    {
      name: 'a repeat',
      change: (_: Partition, batch: ProducerBatch) =>
        void (batch.stamp = { producerId: IDENTITY.producerId, producerEpoch: 0, baseSequence: 1 }),
    },
    { name: 'a batch while a sequence is in doubt', change: ({ flight }: Partition) => flight.doubt() },
    {
      name: 'the second batch of a producer id',
      change: (partition: Partition) => void partition.launch(partition.batch(), OTHER_PRODUCER),
    },
  ])('makes $name wait until everything is answered', ({ change }) => {
    const partition = Partition.known();
    const waiting = partition.batch();
    expect(partition.flight.mayLaunch(waiting, NODE)).toBe(true);
    const first = partition.launch(partition.batch());
    change(partition, waiting);
    expect(partition.flight.mayLaunch(waiting, NODE)).toBe(false);
    for (const batch of Array.from(partition.flight.inFlight)) partition.flight.land(batch);
    expect(first.state).toBe('in-flight');
    expect(partition.flight.mayLaunch(waiting, NODE)).toBe(true);
  });

  it('lets nothing leave beside a repeat, and all that may when it was answered', () => {
    const partition = Partition.known();
    const repeated = partition.launch(partition.batch());
    partition.flight.land(repeated);
    repeated.become('ready');
    partition.launch(repeated);
    const next = partition.batch();
    expect(partition.flight.mayLaunch(next, NODE)).toBe(false);
    partition.flight.land(repeated);
    partition.launch(next);
    expect(partition.flight.mayLaunch(partition.batch(), NODE)).toBe(true);
  });

  it('is that of an unknown producer again when the topic is another one', () => {
    const partition = Partition.known();
    partition.flight.belongsTo('one');
    const old = partition.launch(partition.batch());
    expect(partition.flight.mayLaunch(partition.batch(), NODE)).toBe(true);
    partition.flight.belongsTo('two');
    expect(partition.flight.mayLaunch(partition.batch(), NODE)).toBe(false);
    partition.flight.land(old);
    partition.flight.confirm(0); // of the old topic: says nothing of the new one
    partition.launch(partition.batch());
    expect(partition.flight.mayLaunch(partition.batch(), NODE)).toBe(false);
    partition.flight.confirm(0);
    expect(partition.flight.mayLaunch(partition.batch(), NODE)).toBe(true);
  });

  it.each([undefined, 'one'])('stays that of a known producer while brokers tell %s of the topic', (topicId) => {
    const partition = Partition.known();
    partition.flight.belongsTo('one');
    partition.flight.belongsTo(topicId);
    partition.launch(partition.batch());
    expect(partition.flight.mayLaunch(partition.batch(), NODE)).toBe(true);
  });

  it('lets nothing go to another node before this one has answered', () => {
    const partition = Partition.known();
    const unanswered = partition.launch(partition.batch());
    expect(partition.flight.mayLaunch(partition.batch(), NODE + 1)).toBe(false);
    partition.flight.land(unanswered);
    expect(partition.flight.mayLaunch(partition.batch(), NODE + 1)).toBe(true);
  });

  it('knows whether a batch that was sent earlier has no outcome yet', () => {
    const partition = Partition.known();
    const [first, second] = [partition.launch(partition.batch()), partition.launch(partition.batch())];
    expect(partition.flight.hasEarlierUnsettled(second)).toBe(true);
    expect(partition.flight.hasEarlierUnsettled(first)).toBe(false);
    partition.flight.land(first);
    first.become('ready');
    partition.queue.reinsert(first); // it goes again
    expect(partition.flight.hasEarlierUnsettled(second)).toBe(true);
    partition.queue.remove(first);
    first.reject(new Error('given up'));
    expect(partition.flight.hasEarlierUnsettled(second)).toBe(false);
  });
});
