import type { BrokerState } from './cluster.js';
import { BrokerNode, type BrokerNodeContext } from './broker-node.js';
import { sameEndpoint, type BrokerEndpoint } from './connection/transport.js';

export interface AdvertisedBroker extends BrokerEndpoint {
  readonly nodeId: number;
}

/** The brokers of the cluster by node id, as the last metadata named them. */
export class BrokerDirectory {
  readonly #context: BrokerNodeContext;
  readonly #nodes = new Map<number, BrokerNode>();
  /** Not named any more but still answering requests: a broker that shuts down leaves the metadata before it closes its connections. */
  readonly #leaving = new Map<number, BrokerNode>();

  constructor(context: BrokerNodeContext) {
    this.#context = context;
  }

  get(nodeId: number): BrokerNode | undefined {
    return this.#nodes.get(nodeId) ?? this.#leaving.get(nodeId);
  }

  all(): readonly BrokerNode[] {
    return [...this.#nodes.values()];
  }

  /** @returns whether a broker came, went or moved. An empty list is a broker that knows nothing yet, not an empty cluster: it changes nothing. */
  replace(brokers: readonly AdvertisedBroker[]): boolean {
    if (brokers.length === 0) return false;
    let changed = false;
    for (const broker of brokers) changed = this.add(broker) || changed;
    const named = new Set(brokers.map(({ nodeId }) => nodeId));
    for (const [nodeId, node] of this.#nodes) {
      if (named.has(nodeId)) continue;
      this.#nodes.delete(nodeId);
      this.#leaving.set(nodeId, node);
      changed = true;
    }
    for (const [nodeId, node] of this.#leaving) {
      if (node.outstanding > 0) continue;
      this.#leaving.delete(nodeId);
      node.destroy(new Error(`${node.label} left the cluster`));
    }
    return changed;
  }

  /** @returns whether it is new or listens elsewhere than before; a broker at a new address starts over */
  add({ nodeId, host, port }: AdvertisedBroker): boolean {
    const endpoint = { host, port };
    const known = this.get(nodeId);
    if (known !== undefined && sameEndpoint(known.endpoint, endpoint)) {
      this.#leaving.delete(nodeId);
      const returned = !this.#nodes.has(nodeId);
      this.#nodes.set(nodeId, known);
      return returned;
    }
    known?.destroy(new Error(`${known.label} moved to ${host}:${port}`));
    this.#leaving.delete(nodeId);
    this.#nodes.set(nodeId, new BrokerNode(nodeId, endpoint, this.#context));
    return true;
  }

  states(): readonly BrokerState[] {
    return this.all().map((node) => ({ nodeId: node.nodeId, ...node.endpoint, connected: node.isConnected }));
  }

  destroy(reason: Error): void {
    for (const node of [...this.#nodes.values(), ...this.#leaving.values()]) node.destroy(reason);
  }
}
