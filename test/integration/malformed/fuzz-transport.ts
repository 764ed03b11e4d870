import { createServer, type AddressInfo } from 'node:net';

import type { Listener, Peer, Transport } from 'embedded-kafka';

/** TCP, and a way past it: connections that are no sockets can be handed to the broker that listens. Of one broker. */
export class FuzzTransport implements Transport {
  #accept: (peer: Peer) => void = () => undefined;

  listen(address: { readonly host: string; readonly port: number }, accept: (peer: Peer) => void): Promise<Listener> {
    this.#accept = accept;
    const server = createServer({ noDelay: true }, (stream) => accept({ stream, host: '' }));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, () =>
        resolve({
          port: (server.address() as AddressInfo).port,
          close: () => new Promise((closed) => server.close(() => closed())),
        }),
      );
    });
  }

  connect(stream: Peer['stream']): void {
    this.#accept({ stream, host: '127.0.0.1' });
  }
}
