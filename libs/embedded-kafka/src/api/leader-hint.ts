import type { Node } from '../cluster/cluster-state.js';
import type { Partition } from '../cluster/partition.js';
import type { RequestContext } from './api-handler.js';

/** Where the leader is now (KIP-951), for a client that asked the wrong broker. */
export function leaderHint(partition: Partition | undefined): { leaderId: number; leaderEpoch: number } {
  return { leaderId: partition?.leader ?? -1, leaderEpoch: partition?.leaderEpoch ?? -1 };
}

/** Addresses of the leaders named in hints, each once. */
export function nodeEndpoints(
  { cluster }: RequestContext,
  about: readonly { readonly partition: Partition | undefined }[],
): { nodeId: number; host: string; port: number }[] {
  const nodes = new Set<Node>();
  for (const { partition } of about) {
    const node = cluster.node(partition?.leader ?? -1);
    if (node !== undefined) nodes.add(node);
  }
  return [...nodes].map((node) => ({ nodeId: node.id, host: cluster.settings.host, port: node.port }));
}
