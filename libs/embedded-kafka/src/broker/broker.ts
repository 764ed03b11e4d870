import type { ApiName } from 'kafka-wire';
import { ServedVersions } from '../api/served-versions.js';
import type { Node } from '../cluster/cluster-state.js';
import type { ReplicationLag } from '../cluster/replica.js';
import { Connection } from './connection.js';
import { RequestServer, type SharedServices } from './request-server.js';
import type { Listener, Transport } from './transport.js';

/** How a broker comes back. */
export interface BrokerStartOptions {
  /** Another one than it had; 0 for any free one. */
  readonly port?: number;
  /**
   * The newest version it speaks of an API from now on, by name: as another release than before, in an upgrade or a downgrade. What is not named is
   * spoken in every version; an API whose oldest version is newer is not spoken at all. Left out: as before.
   */
  readonly maxVersions?: Readonly<Partial<Record<ApiName, number>>>;
}

/** One broker of the cluster: its port, its connections, and what can happen to it. */
export class Broker {
  readonly #node: Node;
  readonly #server: RequestServer;
  readonly #connections = new Set<Connection>();
  #listener: Listener | undefined;
  #isPaused = false;

  constructor(
    node: Node,
    readonly shared: SharedServices,
    readonly transport: Transport,
  ) {
    this.#node = node;
    this.#server = new RequestServer(node.id, shared);
  }

  /** Node ids start at 1. */
  get id(): number {
    return this.#node.id;
  }

  get host(): string {
    return this.shared.cluster.settings.host;
  }

  /** The same across a stop, unless `start` is told another one. */
  get port(): number {
    return this.#node.port;
  }

  get isUp(): boolean {
    return this.#listener !== undefined;
  }

  /** Connections clients hold open right now. */
  get connectionCount(): number {
    return Array.from(this.#connections).filter(({ isOpen }) => isOpen).length;
  }

  /**
   * Listens and joins the in-sync sets again. Does nothing while it is up.
   *
   * @throws TypeError when an API is named that is not served
   */
  async start({ port = this.port, maxVersions }: BrokerStartOptions = {}): Promise<void> {
    if (this.#listener !== undefined) return;
    if (maxVersions !== undefined) this.#server.versions = new ServedVersions(this.shared.handlers, maxVersions);
    const { host } = this;
    this.#listener = await this.transport.listen({ host, port }, (peer) => {
      const session = this.shared.security.open(peer);
      const connection = new Connection(
        peer,
        (frame, from) => this.#server.serve(frame, from, session),
        (closed) => this.#connections.delete(closed),
      );
      this.#connections.add(connection);
      if (this.#isPaused) connection.pause();
      this.shared.network.connected(this.id, connection);
    });
    this.#node.port = this.#listener.port;
    this.shared.cluster.brokerUp(this.id);
  }

  /** Cuts every connection and stops listening; its leaderships go to in-sync replicas. Its log and its port stay its own. */
  async stop(): Promise<void> {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#listener = undefined;
    // Before a pause ends: what a frozen process had not read dies with it.
    this.disconnectClients();
    this.#server.fetchSessions.clear();
    this.shared.cluster.brokerDown(this.id);
    this.resume();
    await listener.close();
  }

  /**
   * Freezes the broker: connections stay open, nothing is read, answered or replicated.
   *
   * When its session with the controller is over (`brokerSessionTimeoutMs`), its leaderships go to others and it leaves the in-sync sets. What
   * is asked of it is answered after `resume()`, by then as by a broker that leads no more.
   */
  pause(): void {
    this.#isPaused = true;
    this.shared.cluster.brokerPaused(this.id, true);
    for (const connection of this.#connections) connection.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.shared.cluster.brokerPaused(this.id, false);
    for (const connection of this.#connections) connection.resume();
  }

  /** How far it is behind in everything it follows; `'stopped'`: it fetches no more. 0 lets it catch up. */
  lagReplication(lag: ReplicationLag): void {
    const { cluster } = this.shared;
    cluster.replication.lagBroker(this.id, lag);
    cluster.replicateAll();
  }

  /**
   * From now on it names leaders, topics and brokers as they are now, whatever happens: a broker that hears nothing from its controller.
   *
   * Whether it leads a partition it knows nevertheless.
   */
  freezeMetadata(): void {
    this.#server.metadata.freeze();
  }

  /** It hears of everything again. */
  thawMetadata(): void {
    this.#server.metadata.thaw();
  }

  /** Cuts every connection without stopping: what a network failure does. */
  disconnectClients(): void {
    for (const connection of this.#connections) connection.destroy();
  }
}
