import { ZERO_UUID } from 'kafka-wire';
import type { LeaderHint, PartitionMetadata, TopicMetadata } from '../cluster.js';
import type { MetadataResponse } from './metadata-request.js';

type TopicAnswer = MetadataResponse['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

/**
 * The next snapshot of a topic: the broker's answer, except where the broker is behind what we know already.
 *
 * Brokers learn of a leader change one after the other. An answer with a lower leader epoch comes from one that has not heard yet, and following it would
 * send to a deposed leader. A topic deleted and created again starts over at epoch 0; its id tells (the Java client's Metadata.updateLatestMetadata).
 */
export function nextSnapshot(previous: TopicMetadata | undefined, answer: TopicAnswer, name: string): TopicMetadata {
  const topicId = answer.topicId === ZERO_UUID ? undefined : answer.topicId;
  const comparable = previous?.topicId === topicId ? previous : undefined;
  const partitions: PartitionMetadata[] = [];
  for (const partition of answer.partitions) {
    partitions[partition.partitionIndex] = newerOf(comparable?.partitions[partition.partitionIndex], partition);
  }
  if (comparable !== undefined && topicId !== undefined) {
    // Partitions are only ever added; a broker that names fewer has not heard of the new ones.
    for (let i = partitions.length; i < comparable.partitions.length; i++)
      partitions[i] = comparable.partitions[i] as PartitionMetadata;
  }
  for (let i = 0; i < partitions.length; i++) partitions[i] ??= missingPartition(i);
  return withAvailable({ name, ...(topicId !== undefined && { topicId }) }, partitions);
}

/** The snapshot with one leader replaced, as a produce response told (KIP-951); `undefined` when the hint is no news. */
export function withLeader(snapshot: TopicMetadata, hint: LeaderHint): TopicMetadata | undefined {
  const current = snapshot.partitions[hint.partition];
  if (current === undefined || hint.leaderId < 0 || hint.leaderEpoch <= current.leaderEpoch) return undefined;
  const partitions = [...snapshot.partitions];
  partitions[hint.partition] = { ...current, leader: hint.leaderId, leaderEpoch: hint.leaderEpoch, errorCode: 0 };
  return withAvailable(snapshot, partitions);
}

/** Equal in everything a producer acts on. */
export function sameSnapshot(a: TopicMetadata | undefined, b: TopicMetadata): boolean {
  return (
    a !== undefined &&
    a.topicId === b.topicId &&
    a.partitions.length === b.partitions.length &&
    a.partitions.every((partition, i) => samePartition(partition, b.partitions[i] as PartitionMetadata))
  );
}

function newerOf(known: PartitionMetadata | undefined, answer: PartitionAnswer): PartitionMetadata {
  if (known !== undefined && answer.leaderEpoch >= 0 && answer.leaderEpoch < known.leaderEpoch) return known;
  const { partitionIndex: partition, leaderEpoch, errorCode, replicaNodes: replicas, isrNodes: isr } = answer;
  return { partition, leader: answer.leaderId, leaderEpoch, replicas, isr, errorCode };
}

function missingPartition(partition: number): PartitionMetadata {
  return { partition, leader: -1, leaderEpoch: -1, replicas: [], isr: [], errorCode: 3 };
}

function withAvailable(
  topic: Pick<TopicMetadata, 'name' | 'topicId'>,
  partitions: readonly PartitionMetadata[],
): TopicMetadata {
  const available = partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => partition);
  return { name: topic.name, ...(topic.topicId !== undefined && { topicId: topic.topicId }), partitions, available };
}

function samePartition(a: PartitionMetadata, b: PartitionMetadata): boolean {
  return (
    a.leader === b.leader &&
    a.leaderEpoch === b.leaderEpoch &&
    a.errorCode === b.errorCode &&
    sameNumbers(a.replicas, b.replicas) &&
    sameNumbers(a.isr, b.isr)
  );
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
