import { apis, ZERO_UUID, type RequestOf } from 'kafka-wire';
import type { Partition } from '../cluster/partition.js';
import { defineHandler, type RequestContext } from './api-handler.js';
import { byTopic } from './by-topic.js';

/** No directory of this machine: what is in it is in memory. */
const LOG_DIR = '/embedded-kafka';

export const describeLogDirs = defineHandler({
  api: apis.DescribeLogDirs,
  versions: { min: 1, max: 5 },

  handle(request, context) {
    const topics = byTopic(replicasHere(request, context)).map(([{ topic: name }, replicas]) => ({
      name,
      partitions: replicas.map(({ partition }) => describe(partition, context.brokerId)),
    }));
    return { results: [{ logDir: LOG_DIR, topics }] };
  },

  refuse: (_request, code) => ({ errorCode: code, results: [] }),
});

function replicasHere({ topics }: RequestOf<typeof apis.DescribeLogDirs>, { cluster, brokerId }: RequestContext) {
  const wanted = topics && new Map(topics.map(({ topic, partitions }) => [topic, partitions]));
  return [...cluster.topics].flatMap(({ name: topic, partitions }) =>
    partitions
      .filter(({ index, replicas }) => replicas.includes(brokerId) && (!wanted || wanted.get(topic)?.includes(index)))
      .map((partition) => ({ topic, topicId: ZERO_UUID, partition })),
  );
}

/** A follower has what it has fetched so far. */
function describe(partition: Partition, brokerId: number) {
  const { index, leader, log } = partition;
  const endOffset = leader === brokerId ? log.endOffset : (partition.replica(brokerId)?.logEndOffset ?? 0);
  const batches = log.batches.filter(({ lastOffset }) => lastOffset < endOffset);
  const partitionSize = batches.reduce((bytes, batch) => bytes + batch.bytes.length, 0);
  return { partitionIndex: index, partitionSize, offsetLag: Math.max(0, log.highWatermark - endOffset) };
}
