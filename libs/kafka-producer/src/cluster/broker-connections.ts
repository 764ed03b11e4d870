import type { Clock } from '../support/clock.js';
import type { PipelineLog } from './cluster-settings.js';
import { BrokerConnection, type BrokerConnectionSettings } from './connection/broker-connection.js';
import type { BrokerEndpoint } from './connection/transport.js';

/** Opens connections and keeps count of every socket that is not closed yet, so that `close()` can promise that none is left. */
export class BrokerConnections {
  readonly #settings: BrokerConnectionSettings;
  readonly #clock: Clock;
  readonly #log: PipelineLog;
  readonly #alive = new Set<BrokerConnection>();

  constructor(settings: BrokerConnectionSettings, clock: Clock, log: PipelineLog) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
  }

  open(endpoint: BrokerEndpoint): BrokerConnection {
    const connection = new BrokerConnection(endpoint, this.#settings, this.#clock, this.#log);
    this.#alive.add(connection);
    void connection.closed.then(() => this.#alive.delete(connection));
    return connection;
  }

  async close(reason: Error): Promise<void> {
    const alive = [...this.#alive];
    for (const connection of alive) connection.destroy(reason);
    await Promise.all(alive.map((connection) => connection.closed));
  }
}
