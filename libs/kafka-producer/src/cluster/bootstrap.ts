import { BrokerNode, type BrokerNodeContext } from './broker-node.js';
import type { ClientSettings } from './cluster-settings.js';
import { endpointText, type BrokerEndpoint } from './connection/transport.js';

/** The addresses the user gave: where a cluster is found first, and found again when all brokers known from metadata are gone. */
export class Bootstrap {
  readonly #brokers: ClientSettings['brokers'];
  readonly #context: BrokerNodeContext;
  /** Kept between attempts, because each has its own pause. */
  readonly #seeds = new Map<string, BrokerNode>();
  #lastIndex = 0;

  constructor(brokers: ClientSettings['brokers'], context: BrokerNodeContext) {
    this.#brokers = brokers;
    this.#context = context;
  }

  /** The addresses seen so far, for messages. */
  get addresses(): readonly string[] {
    return typeof this.#brokers === 'function' ? [...this.#seeds.keys()] : this.#brokers;
  }

  /** Asks the user's function, if there is one; addresses it does not name any more are given up. */
  async seeds(): Promise<readonly BrokerNode[]> {
    const addresses = typeof this.#brokers === 'function' ? await this.#brokers() : this.#brokers;
    const named = new Set<string>();
    for (const address of addresses) {
      const endpoint = parseAddress(address);
      const key = endpointText(endpoint);
      named.add(key);
      if (!this.#seeds.has(key)) this.#seeds.set(key, new BrokerNode(--this.#lastIndex, endpoint, this.#context));
    }
    for (const [key, node] of this.#seeds)
      if (!named.has(key)) this.#forget(key, node, `${key} is no bootstrap address any more`);
    return [...this.#seeds.values()];
  }

  /** Metadata names the brokers now: connections go over to the nodes they belong to, the rest is closed. */
  handOver(nodes: readonly BrokerNode[]): void {
    for (const [key, seed] of this.#seeds) {
      for (const node of nodes) node.adopt(seed);
      this.#forget(key, seed, 'the brokers are known by node id now');
    }
  }

  destroy(reason: Error): void {
    for (const seed of this.#seeds.values()) seed.destroy(reason);
  }

  #forget(key: string, seed: BrokerNode, why: string): void {
    this.#seeds.delete(key);
    seed.destroy(new Error(why));
  }
}

/** `host:port` or `[ipv6]:port`; options have refused everything else, a function's answer is checked here. */
function parseAddress(address: string): BrokerEndpoint {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new Error(`'${address}' is not a broker address: client.brokers takes 'host:port'`);
  }
  return { host, port };
}
