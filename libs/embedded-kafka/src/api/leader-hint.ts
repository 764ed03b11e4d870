import type { NodeImage } from '../cluster/metadata-image.js';
import type { Partition } from '../cluster/partition.js';
import type { RequestContext } from './api-handler.js';

type Asked = Pick<RequestContext, 'metadata'>;

/** Where the leader is (KIP-951), as the broker believes that was asked in the leader's place. */
export function leaderHint(
  partition: Partition | undefined,
  { metadata }: Asked,
): { leaderId: number; leaderEpoch: number } {
  const image = partition && metadata.partition(partition.topic.name, partition.index);
  return { leaderId: image?.leader ?? -1, leaderEpoch: image?.leaderEpoch ?? -1 };
}

/** Addresses of the leaders named in hints, each once. */
export function nodeEndpoints(
  context: Asked,
  about: readonly { readonly partition: Partition | undefined }[],
): { nodeId: number; host: string; port: number }[] {
  const nodes = new Map<number, NodeImage>();
  for (const { partition } of about) {
    const node = context.metadata.node(leaderHint(partition, context).leaderId);
    if (node !== undefined) nodes.set(node.id, node);
  }
  return [...nodes.values()].map(({ id, host, port }) => ({ nodeId: id, host, port }));
}
