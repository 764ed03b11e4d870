import { describe, expect, it } from 'vitest';

import { RoundRobinPartitioner } from './round-robin.partitioner.js';
import { topicWithLeaders } from './spec-support/topic-with-leaders.js';

function turns(partitioner: RoundRobinPartitioner, topic = topicWithLeaders([1, 1, 1]), count = 6): number[] {
  return Array.from({ length: count }, () => partitioner.next(topic));
}

describe('round robin', () => {
  it('takes the partitions in turn', () => {
    expect(turns(new RoundRobinPartitioner())).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('takes a turn of its own in every topic', () => {
    const partitioner = new RoundRobinPartitioner();
    partitioner.next(topicWithLeaders([1, 1, 1], 'other'));
    expect(turns(partitioner)).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('leaves out partitions without a leader', () => {
    expect(turns(new RoundRobinPartitioner(), topicWithLeaders([-1, 1, -1, 1]), 4)).toEqual([1, 3, 1, 3]);
  });

  it('takes all of them while none has a leader', () => {
    expect(turns(new RoundRobinPartitioner(), topicWithLeaders([-1, -1]), 4)).toEqual([0, 1, 0, 1]);
  });

  it('goes on evenly when a leader comes back', () => {
    const partitioner = new RoundRobinPartitioner();
    turns(partitioner, topicWithLeaders([1, -1]), 5);
    const chosen = turns(partitioner, topicWithLeaders([1, 1]), 10);
    expect(chosen.filter((partition) => partition === 1)).toHaveLength(5);
  });

  it('opens a batch where the record was to go', () => {
    expect(new RoundRobinPartitioner().nextForNewBatch(topicWithLeaders([1, 1]), 1)).toBe(1);
  });
});
