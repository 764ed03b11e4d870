import type { Topic } from './topic.js';

/** A partition as metadata tells it. */
export interface PartitionImage {
  readonly index: number;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

/** A topic as metadata tells it: a moment of it, which no later change reaches. */
export interface TopicImage {
  readonly name: string;
  readonly id: string;
  readonly partitions: readonly PartitionImage[];
}

export function imageOf({ name, id, partitions }: Topic): TopicImage {
  return {
    name,
    id,
    partitions: partitions.map(({ index, leader, leaderEpoch, replicas, inSync }) => {
      return { index, leader, leaderEpoch, replicas, inSync };
    }),
  };
}

/** A broker as metadata names it. */
export interface NodeImage {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** All of it at one moment. */
export interface MetadataImage {
  readonly controllerId: number;
  readonly nodes: readonly NodeImage[];
  readonly topics: readonly TopicImage[];
}
