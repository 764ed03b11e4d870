import { describe, expect, it } from 'vitest';

import type { TopicMetadata } from '../cluster/cluster.js';
import { SeededRandom } from '../sender/spec-support/seeded-random.js';
import { topicWithLeaders } from './spec-support/topic-with-leaders.js';
import { StickyPartitioner } from './sticky.partitioner.js';

const BATCH_BYTES = 1_000;
const FOUR = topicWithLeaders([1, 1, 1, 1]);

/** Chooses 0, 1, 2, … in turn of four, so that a new choice shows. */
function inTurn(): StickyPartitioner {
  let turn = 0;
  return new StickyPartitioner(BATCH_BYTES, () => (turn++ % 4) / 4);
}

/** One open batch per partition, as the accumulator keeps them. */
class Batches {
  readonly bytes: number[] = [];
  readonly fills: number[] = [];
  readonly #open: (number | undefined)[] = [];
  readonly #partitioner: StickyPartitioner;

  constructor(partitioner: StickyPartitioner) {
    this.#partitioner = partitioner;
  }

  append(topic: TopicMetadata, sizeBytes: number): void {
    let partition = this.#partitioner.next(topic);
    if (!this.#hasRoom(partition, sizeBytes)) {
      partition = this.#partitioner.nextForNewBatch(topic, partition, sizeBytes);
      if (!this.#hasRoom(partition, sizeBytes)) this.#open[partition] = 0;
    }
    this.#open[partition] = (this.#open[partition] ?? 0) + sizeBytes;
    this.bytes[partition] = (this.bytes[partition] ?? 0) + sizeBytes;
    this.#partitioner.appended(topic.name, sizeBytes);
  }

  /** The linger of a batch is over: it leaves as it is. */
  leave(partition: number): void {
    const bytes = this.#open[partition];
    if (bytes !== undefined) this.fills.push(bytes);
    this.#open[partition] = undefined;
  }

  #hasRoom(partition: number, sizeBytes: number): boolean {
    const bytes = this.#open[partition];
    if (bytes === undefined) return false;
    if (bytes + sizeBytes <= BATCH_BYTES) return true;
    this.leave(partition);
    return false;
  }
}

describe('the sticky partitioner', () => {
  it('stays with a partition until its batch is full, and opens the next batch on another one', () => {
    const partitioner = inTurn();
    const chosen: number[] = [];
    for (let i = 0; i < 9; i++) {
      chosen.push(partitioner.next(FOUR));
      partitioner.appended('t', 110);
    }
    expect(chosen).toEqual(Array.from({ length: 9 }, () => 0)); // 990 bytes
    expect(partitioner.nextForNewBatch(FOUR, 0, 110)).toBe(1);
    expect(partitioner.next(FOUR)).toBe(1);
  });

  it('stays for another batch when the last one left before a batch worth of bytes had come', () => {
    const partitioner = inTurn();
    partitioner.next(FOUR);
    partitioner.appended('t', 600);
    expect(partitioner.nextForNewBatch(FOUR, 0, 100)).toBe(0);
    partitioner.appended('t', 350);
    expect(partitioner.nextForNewBatch(FOUR, 0, 100)).toBe(1);
  });

  it('does not leave an open batch behind for a batch worth of bytes, but does for two', () => {
    const partitioner = inTurn();
    partitioner.next(FOUR);
    partitioner.appended('t', 1_999);
    expect(partitioner.next(FOUR)).toBe(0);
    partitioner.appended('t', 1);
    expect(partitioner.next(FOUR)).toBe(1);
  });

  it('gives a record that is larger than a batch to the partition it has just chosen', () => {
    const partitioner = inTurn();
    expect(partitioner.next(FOUR)).toBe(0);
    expect(partitioner.nextForNewBatch(FOUR, 0, 5_000)).toBe(0);
  });

  it('chooses for every topic by itself', () => {
    const partitioner = inTurn();
    expect(partitioner.next(FOUR)).toBe(0);
    expect(partitioner.next(topicWithLeaders([1, 1, 1, 1], 'other'))).toBe(1);
    partitioner.appended('other', 2_000);
    expect(partitioner.next(FOUR)).toBe(0);
  });

  it('leaves a partition that has lost its leader, and chooses among those that have one', () => {
    const partitioner = new StickyPartitioner(BATCH_BYTES, () => 0.99);
    expect(partitioner.next(FOUR)).toBe(3);
    expect(partitioner.next(topicWithLeaders([1, 1, -1, -1]))).toBe(1);
  });

  it('stays where it is while no partition has a leader', () => {
    const partitioner = inTurn();
    partitioner.next(FOUR);
    expect(partitioner.next(topicWithLeaders([-1, -1, -1, -1]))).toBe(0);
  });

  it('gives every partition the same bytes in the long run, in full batches', () => {
    const random = new SeededRandom(7);
    const batches = new Batches(new StickyPartitioner(BATCH_BYTES, random.next));
    const topic = topicWithLeaders(Array.from({ length: 12 }, () => 1));
    for (let i = 0; i < 400_000; i++) batches.append(topic, random.integer(20, 180));
    const mean = batches.bytes.reduce((sum, bytes) => sum + bytes, 0) / 12;
    for (const bytes of batches.bytes) expect(Math.abs(bytes / mean - 1)).toBeLessThan(0.06);
    const fills = batches.fills.toSorted((a, b) => a - b);
    expect(fills[Math.floor(fills.length / 10)]).toBeGreaterThan(0.85 * BATCH_BYTES);
  });

  it('gives a partition whose batches leave early about as many bytes as the others', () => {
    const random = new SeededRandom(8);
    const batches = new Batches(new StickyPartitioner(BATCH_BYTES, random.next));
    const topic = topicWithLeaders([1, 1, 1, 1]);
    for (let i = 0; i < 400_000; i++) {
      batches.append(topic, 100);
      if (i % 3 === 0) batches.leave(0); // a fast broker, at any rate never a full batch
    }
    const mean = batches.bytes.reduce((sum, bytes) => sum + bytes, 0) / 4;
    for (const bytes of batches.bytes) expect(Math.abs(bytes / mean - 1)).toBeLessThan(0.15);
  });
});
