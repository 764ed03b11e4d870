import type { Listener, Peer } from '../broker/transport.js';
import type { Address, ConnectOptions, Direction, Network, NetworkPartition, PartitionScope } from './network.js';
import type { Chunking, LatencyRange, NetworkConditions } from './network-conditions.js';
import { SimulatedConnection } from './simulated-connection.js';
import type { SimulatedSocket } from './simulated-socket.js';

const FIRST_FREE_PORT = 9_092;

/** Who listens, who is connected, and who cannot reach whom. */
export class SimulatedNetwork implements Network {
  readonly #listeners = new Map<string, (peer: Peer) => void>();
  readonly #connections = new Set<SimulatedConnection>();
  readonly #partitions = new Set<PartitionScope>();
  /** Attempts that the network has swallowed. */
  readonly #stalled = new Set<SimulatedConnection>();
  readonly #conditions: NetworkConditions;
  #lastConnection = 0;

  constructor(conditions: NetworkConditions) {
    this.#conditions = conditions;
  }

  get connections(): readonly SimulatedConnection[] {
    return [...this.#connections];
  }

  get latencyMs(): LatencyRange {
    return this.#conditions.latencyMs;
  }

  set latencyMs(range: LatencyRange) {
    this.#conditions.latencyMs = range;
  }

  get chunking(): Chunking {
    return this.#conditions.chunking;
  }

  set chunking(chunking: Chunking) {
    this.#conditions.chunking = chunking;
  }

  listen({ host, port }: Address, accept: (peer: Peer) => void): Promise<Listener> {
    const own = port === 0 ? this.#freePort(host) : port;
    const key = keyOf({ host, port: own });
    if (this.#listeners.has(key)) {
      return Promise.reject(new Error(`a broker cannot listen on ${key}: the port is taken`));
    }
    this.#listeners.set(key, accept);
    const close = (): Promise<void> => {
      if (this.#listeners.get(key) === accept) this.#listeners.delete(key);
      return Promise.resolve();
    };
    return Promise.resolve({ port: own, close });
  }

  connect({ host, port, clientName = 'client' }: ConnectOptions): SimulatedSocket {
    const connection = new SimulatedConnection(
      ++this.#lastConnection,
      clientName,
      { host, port },
      this.#conditions,
      (one, direction) => this.#isBlocked(one, direction),
      (gone) => {
        this.#connections.delete(gone);
        this.#stalled.delete(gone);
      },
    );
    this.#connections.add(connection);
    this.#knock(connection);
    return connection.client;
  }

  partition(scope: PartitionScope = {}): NetworkPartition {
    const entry = { ...scope };
    this.#partitions.add(entry);
    this.#trace('partition', entry);
    this.#reschedule();
    return {
      heal: () => {
        if (!this.#partitions.delete(entry)) return;
        this.#trace('heal', entry);
        this.#reschedule();
      },
    };
  }

  #knock(connection: SimulatedConnection): void {
    const { scheduler } = this.#conditions;
    scheduler.deliver(scheduler.nowMs + this.#conditions.latency(), () => {
      if (connection.isGone || connection.isCut) return;
      if (this.#isBlocked(connection, 'to-broker')) return void this.#stalled.add(connection);
      const { clientName, address } = connection;
      const text = `#${connection.number} ${clientName} → ${keyOf(address)}`;
      scheduler.trace.add(scheduler.nowMs, 'syn', connection.number, undefined, () => text);
      const accept = this.#listeners.get(keyOf(address));
      if (accept === undefined) connection.refuse();
      else accept({ stream: connection.accept(), host: clientName });
    });
  }

  #isBlocked({ clientName, address }: SimulatedConnection, direction: Direction): boolean {
    for (const scope of this.#partitions) {
      const isMeant =
        (scope.clientName ?? clientName) === clientName &&
        (scope.port ?? address.port) === address.port &&
        (scope.direction ?? direction) === direction;
      if (isMeant) return true;
    }
    return false;
  }

  #reschedule(): void {
    for (const connection of this.#connections) connection.reschedule();
    for (const connection of this.#stalled) {
      if (this.#isBlocked(connection, 'to-broker')) continue;
      this.#stalled.delete(connection);
      this.#knock(connection);
    }
  }

  #freePort(host: string): number {
    let port = FIRST_FREE_PORT;
    while (this.#listeners.has(keyOf({ host, port }))) port++;
    return port;
  }

  #trace(kind: 'partition' | 'heal', { clientName = '*', port, direction }: PartitionScope): void {
    const { scheduler } = this.#conditions;
    const text = `${clientName} ↔ ${port ?? '*'}, ${direction ?? 'both ways'}`;
    scheduler.trace.add(scheduler.nowMs, kind, 0, Buffer.from(text), () => text);
  }
}

function keyOf({ host, port }: Address): string {
  return `${host}:${port}`;
}
