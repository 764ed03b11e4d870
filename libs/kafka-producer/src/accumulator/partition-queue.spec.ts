import { describe, expect, it } from 'vitest';

import { PartitionQueue } from './partition-queue.js';
import type { ProducerBatch } from './producer-batch.js';

function queueOf(count: number): { queue: PartitionQueue; batches: ProducerBatch[] } {
  const queue = new PartitionQueue('t', 0);
  return { queue, batches: Array.from({ length: count }, () => queue.open(0, 1_024)) };
}

describe('the queue of a partition', () => {
  it('hands batches out in the order they were opened', () => {
    const { queue, batches } = queueOf(3);
    expect(queue.head).toBe(batches[0]);
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([...batches, undefined]);
  });

  it('puts batches that go again back at their old places, whatever order they come back in', () => {
    const { queue, batches } = queueOf(5);
    for (let i = 0; i < 4; i++) queue.shift();
    for (const index of [2, 0, 3, 1]) queue.reinsert(batches[index]!);
    expect([...queue]).toEqual(batches);
  });

  it('takes records into its last batch, and only while that is open', () => {
    const { queue, batches } = queueOf(2);
    expect(queue.openBatch).toBe(batches[1]);
    batches[1]!.seal();
    expect(queue.openBatch).toBeUndefined();
    expect(new PartitionQueue('t', 0).openBatch).toBeUndefined();
  });

  it('lets one batch go from the middle', () => {
    const { queue, batches } = queueOf(3);
    queue.remove(batches[1]!);
    queue.remove(batches[1]!);
    expect([...queue]).toEqual([batches[0], batches[2]]);
    expect(queue).toHaveLength(2);
  });
});
