import type { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { createServer, type TLSSocket, type TlsOptions as ServerOptions } from 'node:tls';
import type { Peer, Transport } from '../broker/transport.js';
import type { Clock, TimerHandle } from '../time/clock.js';
import type { TlsSettings } from './tls-settings.js';

/**
 * TLS over another transport. Brokers see connections whose handshake is done; one that fails is closed and never heard of.
 *
 * A client that shows a certificate is known by its subject.
 */
export function tlsTransport(inner: Transport, settings: TlsSettings, clock: Clock): Transport {
  return {
    async listen(address, accept) {
      const handshakes = new Handshakes(settings, clock, accept);
      const listener = await inner.listen(address, (peer) => handshakes.begin(peer));
      return {
        port: listener.port,
        close: () => {
          handshakes.abort();
          return listener.close();
        },
      };
    },
  };
}

/** Connections of one listener that are not accepted yet. */
class Handshakes {
  readonly #options: ServerOptions;
  /** With the timer of those that have to wait. */
  readonly #pending = new Map<Duplex, TimerHandle>();

  constructor(
    readonly settings: TlsSettings,
    readonly clock: Clock,
    readonly accept: (peer: Peer) => void,
  ) {
    const { key, cert, ca, clientAuth } = settings;
    this.#options = {
      key,
      cert,
      ...(ca !== undefined && { ca }),
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'required',
    };
  }

  begin(peer: Peer): void {
    const { stream } = peer;
    const { handshakeDelayMs } = this.settings;
    const start = (): void => this.#shakeHands(peer);
    stream.on('error', () => undefined);
    stream.once('close', () => this.#forget(stream));
    this.#pending.set(stream, handshakeDelayMs > 0 ? this.clock.setTimeout(start, handshakeDelayMs) : undefined);
    if (handshakeDelayMs === 0) start();
  }

  abort(): void {
    for (const stream of this.#pending.keys()) stream.destroy();
  }

  /** A server for each connection: it is all Node has that checks a client's certificate, and does not tell whose stream it was given. */
  #shakeHands(peer: Peer): void {
    createServer(this.#options, (socket) => {
      this.#forget(peer.stream);
      const certificate = socket.getPeerX509Certificate();
      if (certificate !== undefined && !socket.authorized) socket.destroy();
      else this.accept({ stream: socket, host: peer.host, ...principalOf(certificate) });
    })
      .on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy())
      .emit('connection', peer.stream);
  }

  #forget(stream: Duplex): void {
    this.clock.clearTimeout(this.#pending.get(stream));
    this.#pending.delete(stream);
  }
}

/** As Java prints a subject (RFC 2253): its most special part first. */
function principalOf(certificate: X509Certificate | undefined): { principal?: string } {
  return certificate === undefined
    ? {}
    : { principal: `User:${certificate.subject.split('\n').toReversed().join(',')}` };
}
