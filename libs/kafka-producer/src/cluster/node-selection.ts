import { AuthenticationError } from '../errors/cluster-side.errors.js';
import type { BrokerNode } from './broker-node.js';

/** The least loaded of the nodes that can be asked at once. */
export function leastLoadedReady(nodes: readonly BrokerNode[]): BrokerNode | undefined {
  let best: BrokerNode | undefined;
  for (const node of nodes) {
    if (node.isReady('control') && (best === undefined || node.outstanding < best.outstanding)) best = node;
  }
  return best;
}

/**
 * Connects to one node after the other until one is ready; those that failed lately come last.
 *
 * @throws AuthenticationError when no node was ready and one refused our credentials: that will not change by asking others; else the last failure
 */
export async function connectFirst(nodes: readonly BrokerNode[], random: () => number): Promise<BrokerNode> {
  const order = shuffled(nodes, random).toSorted((a, b) => a.pauseMs - b.pauseMs);
  let failure: unknown = new Error('no broker is known');
  for (const node of order) {
    try {
      await node.connect('control');
      return node;
    } catch (error) {
      if (!(failure instanceof AuthenticationError)) failure = error;
    }
  }
  throw failure;
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
