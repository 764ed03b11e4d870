import type { NodeImage } from '../cluster/metadata-image.js';
import type { Partition } from '../cluster/partition.js';
import type { RequestContext } from './api-handler.js';

type Asked = Pick<RequestContext, 'cluster' | 'brokerId'>;

/** Where the leader is (KIP-951), as the broker believes that was asked in the leader's place; without one, as it is. */
export function leaderHint(partition: Partition | undefined, asked?: Asked): { leaderId: number; leaderEpoch: number } {
  if (asked === undefined || partition === undefined) {
    return { leaderId: partition?.leader ?? -1, leaderEpoch: partition?.leaderEpoch ?? -1 };
  }
  const cache = asked.cluster.metadataCache(asked.brokerId);
  const image = cache.partition(partition.topic.name, partition.index);
  return { leaderId: image?.leader ?? -1, leaderEpoch: image?.leaderEpoch ?? -1 };
}

/** Addresses of the leaders named in hints, each once. */
export function nodeEndpoints(
  context: Asked,
  about: readonly { readonly partition: Partition | undefined }[],
): { nodeId: number; host: string; port: number }[] {
  const cache = context.cluster.metadataCache(context.brokerId);
  const nodes = new Map<number, NodeImage>();
  for (const { partition } of about) {
    const node = cache.node(leaderHint(partition, context).leaderId);
    if (node !== undefined) nodes.set(node.id, node);
  }
  return [...nodes.values()].map(({ id, host, port }) => ({ nodeId: id, host, port }));
}
