import { createServer, type Server } from 'node:net';
import type { Transport } from './transport.js';

export const tcpTransport: Transport = {
  listen({ host, port }, accept) {
    const server = createServer({ noDelay: true }, (socket) =>
      accept({ stream: socket, host: socket.remoteAddress ?? '' }),
    );
    return new Promise((resolve, reject) => {
      server.once('error', (cause) =>
        reject(new Error(`a broker cannot listen on ${host}:${port}: ${cause.message}`, { cause })),
      );
      server.listen({ host, port }, () => resolve({ port: portOf(server), close: () => closed(server) }));
    });
  },
};

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
