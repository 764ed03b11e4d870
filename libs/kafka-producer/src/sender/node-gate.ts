import type { Cluster, ConnectionPurpose } from '../cluster/cluster.js';

/** What the sender knows of one broker. */
interface NodeState {
  requestsInFlight: number;
  isConnecting: boolean;
  /** The broker asked us to slow down until then. */
  mutedUntilMs: number;
}

/** Which brokers may be written to now: connected, not muted, and with fewer unanswered requests than allowed. */
export class NodeGate {
  readonly #nodes = new Map<number, NodeState>();
  readonly #cluster: Cluster;
  readonly #maxInFlight: number;
  readonly #purpose: ConnectionPurpose;

  constructor(cluster: Cluster, maxInFlight: number, purpose: ConnectionPurpose) {
    this.#cluster = cluster;
    this.#purpose = purpose;
    this.#maxInFlight = maxInFlight;
  }

  get requestsInFlight(): number {
    let sum = 0;
    for (const node of this.#nodes.values()) sum += node.requestsInFlight;
    return sum;
  }

  /** When the node may be written to: not after now, a later moment, or `Infinity` while an answer or a connection is awaited. */
  opensAtMs(nodeId: number): number {
    const node = this.#node(nodeId);
    if (node.requestsInFlight >= this.#maxInFlight || node.isConnecting) return Infinity;
    return node.mutedUntilMs;
  }

  /** Connects to the node unless that is under way. Both callbacks run later, never inside the call. */
  connect(nodeId: number, onReady: () => void, onFailed: (error: unknown) => void): void {
    const node = this.#node(nodeId);
    if (node.isConnecting) return;
    node.isConnecting = true;
    this.#cluster
      .connect(nodeId, this.#purpose)
      .finally(() => {
        node.isConnecting = false;
      })
      .then(onReady, onFailed);
  }

  began(nodeId: number): void {
    this.#node(nodeId).requestsInFlight++;
  }

  ended(nodeId: number): void {
    this.#node(nodeId).requestsInFlight--;
  }

  mute(nodeId: number, untilMs: number): void {
    this.#node(nodeId).mutedUntilMs = untilMs;
  }

  #node(nodeId: number): NodeState {
    let node = this.#nodes.get(nodeId);
    if (node === undefined)
      this.#nodes.set(nodeId, (node = { requestsInFlight: 0, isConnecting: false, mutedUntilMs: 0 }));
    return node;
  }
}
