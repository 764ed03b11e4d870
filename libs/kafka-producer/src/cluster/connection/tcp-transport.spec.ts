import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../support/clock.js';
import { createBrokerCluster } from '../broker-cluster.js';
import type { ClientSettings } from '../cluster-settings.js';
import type { Cluster } from '../cluster.js';

const opened: { cluster?: Cluster; server?: Server; sockets: Set<Socket> } = { sockets: new Set() };

afterEach(async () => {
  await opened.cluster?.close();
  for (const socket of opened.sockets) socket.destroy();
  const { server } = opened;
  if (server?.listening) await new Promise((resolve) => server.close(resolve));
});

/** A listener of whatever kind; @returns its port */
async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  opened.server = server;
  server.on('connection', (socket: Socket) => {
    opened.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => opened.sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

/** Like Kafka's plaintext listener: a size beyond socket.request.max.bytes ends the connection. */
function plaintextListener(): Server {
  return createServer((socket) =>
    socket.once('data', (chunk) => chunk.readInt32BE(0) > 104_857_600 && socket.destroy()),
  );
}

/** Without a certificate: no handshake gets far enough to need one. */
function tlsListener(): Server {
  return createTlsServer({});
}

async function problemOf(client: Partial<ClientSettings>, timeoutMs = 400): Promise<string> {
  const settings = { client: { clientId: 'spec', brokers: [], connectionTimeout: 200, ...client } };
  opened.cluster = createBrokerCluster(settings, systemClock, () => undefined);
  return opened.cluster.ping(timeoutMs).then(
    () => 'none',
    (error: Error) => error.message,
  );
}

describe('connecting to what is not there, or is something else', () => {
  it('says that nothing listens on the port', async () => {
    const port = await listen(createServer());
    await new Promise((resolve) => opened.server?.close(resolve));
    expect(await problemOf({ brokers: [`127.0.0.1:${port}`] })).toContain(
      `Could not connect to broker 127.0.0.1:${port}: nothing listens on port ${port} of 127.0.0.1 (ECONNREFUSED)`,
    );
  });

  it('says that a name does not resolve', async () => {
    expect(await problemOf({ brokers: ['no-such-host.invalid:9092'] }, 1_000)).toMatch(
      /no-such-host\.invalid:9092: the name 'no-such-host\.invalid' does not resolve \((ENOTFOUND|EAI_AGAIN)\)/,
    );
  });

  it('says that TLS met a plaintext listener', async () => {
    const port = await listen(plaintextListener());
    expect(await problemOf({ brokers: [`127.0.0.1:${port}`], ssl: true })).toContain(
      'this is probably a plaintext listener. Remove client.ssl, or use the port of the SSL listener',
    );
  });

  it('says that plaintext met a TLS listener', async () => {
    const port = await listen(tlsListener());
    expect(await problemOf({ brokers: [`127.0.0.1:${port}`] })).toContain(
      'Set client.ssl, or use the port of the plaintext listener',
    );
  });

  it('says that an HTTP server answered', async () => {
    const port = await listen(
      createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
    );
    expect(await problemOf({ brokers: [`127.0.0.1:${port}`] })).toContain('an HTTP server answered');
  });

  it('gives up after connectionTimeout on a peer that never answers', async () => {
    const port = await listen(createServer());
    const problem = await problemOf({ brokers: [`127.0.0.1:${port}`], connectionTimeout: 100 });
    expect(problem).toContain('connected, but the ApiVersions request was not answered within 100 ms');
  });

  it('gives up after connectionTimeout on a TLS handshake that never ends', async () => {
    const port = await listen(createServer());
    const problem = await problemOf({ brokers: [`127.0.0.1:${port}`], ssl: true, connectionTimeout: 100 });
    expect(problem).toContain('the TLS handshake did not finish within 100 ms');
  });

  it('uses the socket factory it is given', async () => {
    const asked: object[] = [];
    const socketFactory: ClientSettings['socketFactory'] = ({ host, port }) => {
      asked.push({ host, port });
      throw new Error('the proxy is down');
    };
    expect(await problemOf({ brokers: ['kafka:9092'], socketFactory })).toContain('the proxy is down');
    expect(asked[0]).toEqual({ host: 'kafka', port: 9092 });
  });

  it('closes a socket that is still connecting', async () => {
    const port = await listen(createServer());
    const problem = problemOf({ brokers: [`127.0.0.1:${port}`], connectionTimeout: 60_000 }, 60_000);
    await new Promise((resolve) => opened.server?.once('connection', resolve));
    await opened.cluster?.close();
    expect(await problem).toContain('closed');
  });
});
