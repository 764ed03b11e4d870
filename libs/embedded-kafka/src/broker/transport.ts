import type { Duplex } from 'node:stream';

/** Where brokers are reached. TCP on loopback unless another one is passed in. */
export interface Transport {
  /**
   * Starts to accept connections.
   *
   * @param port 0 for any free one
   * @throws Error when the port cannot be had
   */
  listen(address: { readonly host: string; readonly port: number }, accept: (peer: Peer) => void): Promise<Listener>;
}

/** One client's connection, as the broker sees it. */
export interface Peer {
  readonly stream: Duplex;
  /** Address of the client. */
  readonly host: string;
  /** Who the client is, where the transport knows it. */
  readonly principal?: string;
}

export interface Listener {
  readonly port: number;
  /** Accepts no more; connections that are open stay so. */
  close(): Promise<void>;
}
