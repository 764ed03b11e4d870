import { createServer, type AddressInfo, type Server } from 'node:net';

import { ProxiedConnection } from './proxied-connection.js';
import type { ProxyStrikes } from './proxy-strikes.js';

/** Stands between clients and one broker, knows where a frame of Kafka's protocol ends, and does to it what the strikes say. */
export class FrameProxy {
  readonly #server: Server;
  readonly #connections = new Set<ProxiedConnection>();
  #isSilent = false;
  /** `host:port` of the broker; a client that comes before it is known, or while nobody listens there, is hung up on. */
  target: string | undefined;
  /** Connections clients have made. */
  accepted = 0;
  /** Connections the broker has ended although their client had not. */
  hungUp = 0;

  private constructor(strikes: ProxyStrikes) {
    this.#server = createServer({ noDelay: true }, (client) => {
      this.accepted++;
      const connection = new ProxiedConnection(client, this.target, strikes, (byBroker) => {
        this.#connections.delete(connection);
        if (byBroker) this.hungUp++;
      });
      this.#connections.add(connection);
      if (this.#isSilent) connection.pause();
    });
  }

  /** Connections there are. */
  get connected(): number {
    return this.#connections.size;
  }

  static async listen(strikes: ProxyStrikes): Promise<FrameProxy> {
    const proxy = new FrameProxy(strikes);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /**
   * Nothing goes through and nobody is told: neither data nor the end of a connection, of those that come meanwhile neither.
   *
   * @returns ends it: what was sent goes on, late, as what TCP sends again does
   */
  blackHole(): () => void {
    this.#isSilent = true;
    for (const connection of this.#connections) connection.pause();
    return () => {
      this.#isSilent = false;
      for (const connection of this.#connections) connection.resume();
    };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }
}
