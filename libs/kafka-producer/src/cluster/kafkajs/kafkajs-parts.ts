import type { Assigner, Cluster, PartitionAssigner } from 'kafkajs';
import ClusterOfOurCopy from 'kafkajs/src/cluster/index.js';
import BrokerOfOurCopy from 'kafkajs/src/broker/index.js';

import { InvalidOptionsError } from '../../errors/program.errors.js';

/** What an assigner is made of: the only public door into a kafkajs consumer. */
export type AssignerConfig = Parameters<PartitionAssigner>[0];
export type { Assigner, PartitionAssigner };

export interface TopicPartitionsRequest {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number }[];
}

export interface OffsetsResponse {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

export interface FetchRequest {
  readonly maxWaitTime: number;
  readonly topics: readonly TopicPartitionsRequest[];
}

export interface FetchResponse {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly object[] }[];
  }[];
}

/** A broker as kafkajs' consumer uses it; parts of it kafkajs declares. */
export interface ConsumerBroker {
  readonly nodeId: number;
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  readonly connectionPool: { send(request: object): Promise<unknown> };
  disconnect(): Promise<void>;
  fetch(request: FetchRequest): Promise<FetchResponse>;
  offsetFetch(request: {
    groupId: string;
    topics: readonly TopicPartitionsRequest[];
  }): Promise<{ responses: OffsetsResponse[] }>;
  syncGroup(request: { groupId: string; generationId: number; memberId: string }): Promise<object>;
}

/** A cluster as kafkajs' consumer uses it. */
export interface ConsumerCluster {
  findBroker(node: { nodeId: string }): Promise<ConsumerBroker>;
  committedOffsets(group: { groupId: string }): object;
  fetchTopicsOffset(topics: readonly TopicPartitionsRequest[]): Promise<OffsetsResponse[]>;
}

const USED_OF_CLUSTER = ['findBroker', 'committedOffsets', 'fetchTopicsOffset'] as const;
const USED_OF_BROKER = ['fetch', 'offsetFetch', 'syncGroup', 'disconnect'] as const;

/**
 * The cluster of a consumer, once it is certain that it is what this package was written against.
 *
 * @throws InvalidOptionsError when it comes from another copy of kafkajs, or from one that works otherwise: nothing would be fenced, and nobody would see it
 */
export function consumerCluster({ cluster, groupId }: AssignerConfig): ConsumerCluster {
  const problem = problemOf(cluster);
  if (problem !== undefined) {
    throw new InvalidOptionsError({
      of: `The consumer of group '${groupId}'`,
      problems: [{ path: 'consumer.partitionAssigners', message: problem }],
    });
  }
  return cluster as unknown as ConsumerCluster;
}

function problemOf(cluster: Cluster): string | undefined {
  if (!(cluster instanceof ClusterOfOurCopy)) {
    return (
      'the consumer is made by another copy of kafkajs than the one nestjs-kafka-producer depends on, so who consumes cannot be told. ' +
      '`npm ls kafkajs` shows both; keep one of ~2.2.4, for example by removing kafkajs from your own dependencies or by `npm dedupe`'
    );
  }
  const missing = [
    ...USED_OF_CLUSTER.filter((name) => !hasMethod(cluster, name)),
    ...USED_OF_BROKER.filter((name) => !hasMethod(BrokerOfOurCopy.prototype as object, name)),
  ];
  if (missing.length === 0) return undefined;
  return `kafkajs has no ${missing.join(', ')} any more, which tells who consumes; install kafkajs ~2.2.4`;
}

function hasMethod(object: object, name: string): boolean {
  return typeof (object as Readonly<Record<string, unknown>>)[name] === 'function';
}
