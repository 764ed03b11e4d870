import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { BrokerEndpoint, OpenTransport, Transport } from './transport.js';

/** As kafkajs passes it to its `socketFactory`. */
export interface SocketFactoryArguments {
  readonly host: string;
  readonly port: number;
  readonly ssl: ConnectionOptions;
  readonly onConnect: () => void;
}

/** kafkajs' option of the same name: makes the socket itself, for proxies and bastions. Must call `onConnect` once bytes may flow. */
export type SocketFactory = (args: SocketFactoryArguments) => Socket;

/** Silent peers are found by the kernel; also keeps NAT entries of cloud load balancers alive, most of which forget a flow after 350 s. */
const KEEP_ALIVE_DELAY_MS = 60_000;

export function tcpTransport(options: {
  readonly ssl?: boolean | ConnectionOptions | undefined;
  readonly socketFactory?: SocketFactory | undefined;
}): OpenTransport {
  const ssl = options.ssl === true ? {} : options.ssl === false ? undefined : options.ssl;
  return (endpoint) => openSocket(endpoint, ssl, options.socketFactory ?? nodeSocket);
}

function openSocket(endpoint: BrokerEndpoint, ssl: ConnectionOptions | undefined, factory: SocketFactory): Transport {
  let stage: 'tcp' | 'tls' | 'open' = 'tcp';
  let onConnect!: () => void;
  const connected = new Promise<void>((resolve) => {
    onConnect = () => {
      stage = 'open';
      resolve();
    };
  });
  // kafkajs declares `ssl` as always present and passes undefined for plaintext; factories written for it test its truth.
  const socket = factory({ ...endpoint, ssl: ssl as ConnectionOptions, onConnect });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  if (ssl !== undefined) socket.once('connect', () => void (stage = stage === 'open' ? 'open' : 'tls'));
  return { stream: socket, connected, stage: () => stage, secure: ssl !== undefined };
}

function nodeSocket({ host, port, ssl, onConnect }: SocketFactoryArguments): Socket {
  if (ssl === undefined) return connectTcp({ host, port }, onConnect);
  // SNI must not carry an IP address (RFC 6066).
  const serverName = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ...serverName, ...ssl }, onConnect);
}
