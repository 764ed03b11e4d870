import type { Duplex } from 'node:stream';

export interface BrokerEndpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * A byte stream to a broker that may still be connecting.
 *
 * The seam between the protocol and the network: tests and simulations pass in-memory duplexes. A failure to connect shows as `error` and `close` of
 * the stream; `connected` then stays pending.
 *
 * What is written must have been copied by the time its answer can come, as the kernel copies what a socket is given: the producer writes its next
 * batch into the memory of an answered one.
 */
export interface Transport {
  readonly stream: Duplex;
  readonly connected: Promise<void>;
  /** How far connecting has come, for messages about a connection that did not come about. */
  readonly stage: () => 'tcp' | 'tls' | 'open';
  /** The stream is encrypted. */
  readonly secure: boolean;
}

export type OpenTransport = (endpoint: BrokerEndpoint) => Transport;

export function endpointText({ host, port }: BrokerEndpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function sameEndpoint(a: BrokerEndpoint, b: BrokerEndpoint): boolean {
  return a.host === b.host && a.port === b.port;
}
