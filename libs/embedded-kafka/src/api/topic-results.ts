import { errorCode } from 'kafka-wire';
import type { ClusterState } from '../cluster/cluster-state.js';

interface PartitionResult {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

interface AskedTopic<P> {
  readonly name: string;
  readonly partitions: P[];
}

/** Error codes of partitions by topic, each topic where it is first named. */
export class TopicResults {
  readonly topics: { readonly name: string; readonly partitions: PartitionResult[] }[] = [];

  add(name: string, partitionIndex: number, code: number): void {
    const topic = this.topics.find((one) => one.name === name);
    const result = { partitionIndex, errorCode: code };
    if (topic === undefined) this.topics.push({ name, partitions: [result] });
    else topic.partitions.push(result);
  }
}

/** What is asked for partitions that exist, and the results with all others refused: Kafka answers these first. */
export function splitByPartition<P extends { readonly partitionIndex: number }>(
  topics: readonly AskedTopic<P>[],
  cluster: ClusterState,
): { known: AskedTopic<P>[]; results: TopicResults } {
  const results = new TopicResults();
  const known: AskedTopic<P>[] = [];
  for (const { name, partitions } of topics) {
    const there = partitions.filter(({ partitionIndex }) => cluster.partition(name, partitionIndex) !== undefined);
    for (const partition of partitions) {
      if (there.includes(partition)) continue;
      results.add(name, partition.partitionIndex, errorCode('UNKNOWN_TOPIC_OR_PARTITION'));
    }
    if (there.length > 0) known.push({ name, partitions: there });
  }
  return { known, results };
}
