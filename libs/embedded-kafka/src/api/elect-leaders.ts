import { apis, errorCode, errorName, ZERO_UUID, type RequestOf } from 'kafka-wire';
import type { ElectionType } from '../cluster/leader-election.js';
import type { Partition } from '../cluster/partition.js';
import { defineHandler, type RequestContext } from './api-handler.js';
import { byTopic } from './by-topic.js';

const ELECTION_TYPES: readonly ElectionType[] = ['preferred', 'unclean'];

interface Wanted {
  readonly topic: string;
  readonly partitionId: number;
}

export const electLeaders = defineHandler({
  api: apis.ElectLeaders,
  versions: { min: 0, max: 2 },

  handle(request, context) {
    const type = ELECTION_TYPES[request.electionType];
    if (type === undefined) return { errorCode: errorCode('INVALID_REQUEST') };
    const results = wanted(request, context).map((one) => ({ ...one, errorCode: elect(one, type, context) }));
    // Of all partitions only those are told where something happened.
    const isAll = request.topicPartitions === null;
    const told = results.filter((one) => !isAll || one.errorCode !== errorCode('ELECTION_NOT_NEEDED'));
    return { replicaElectionResults: answer(told) };
  },

  refuse(request, code, context) {
    const results = wanted(request, context).map((one) => ({ ...one, errorCode: code }));
    return { errorCode: code, replicaElectionResults: answer(results) };
  },
});

function wanted({ topicPartitions }: RequestOf<typeof apis.ElectLeaders>, { cluster }: RequestContext): Wanted[] {
  const asked =
    topicPartitions ??
    [...cluster.topics].map(({ name, partitions }) => {
      return { topic: name, partitions: partitions.map(({ index }: Partition) => index) };
    });
  return asked.flatMap(({ topic, partitions }) => partitions.map((partitionId) => ({ topic, partitionId })));
}

function elect({ topic, partitionId }: Wanted, type: ElectionType, { cluster }: RequestContext): number {
  const partition = cluster.partition(topic, partitionId);
  if (partition === undefined) return errorCode('UNKNOWN_TOPIC_OR_PARTITION');
  const refused = cluster.elections.elect(type, partition);
  return refused === undefined ? 0 : errorCode(refused);
}

function answer(results: readonly (Wanted & { readonly errorCode: number })[]) {
  return byTopic(results.map((one) => ({ ...one, topicId: ZERO_UUID }))).map(([{ topic }, entries]) => ({
    topic,
    partitionResult: entries.map(({ partitionId, errorCode: code }) => {
      return { partitionId, errorCode: code, errorMessage: code === 0 ? null : errorName(code) };
    }),
  }));
}
