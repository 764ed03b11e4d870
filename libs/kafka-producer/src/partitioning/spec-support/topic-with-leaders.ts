import type { TopicMetadata } from '../../cluster/cluster.js';

/** @param leaders the node id that leads each partition; -1 for none */
export function topicWithLeaders(leaders: readonly number[], name = 't'): TopicMetadata {
  const partitions = leaders.map((leader, partition) => ({
    partition,
    leader,
    leaderEpoch: 0,
    replicas: [],
    isr: [],
    errorCode: 0,
  }));
  const available = partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => partition);
  return { name, partitions, available };
}
